package io.chunkserver.core.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The published versions of a store, in memory, in the order of their ids.
 *
 * <p>Safe for many threads: reading takes no lock; changes exclude each other so that the counts fit the entries, and
 * never wait for the disk.
 */
final class ChunkIndex {

    /**
     * A place in the order of ids. Unlike a {@link ChunkId} it may have any path, so that the place where a prefix
     * begins can be named: {@code "/a/"} is no chunk's path.
     */
    private record Place(String path, int index) implements Comparable<Place> {

        static Place of(ChunkId chunk) {
            return new Place(chunk.path(), chunk.index());
        }

        @Override
        public int compareTo(Place other) {
            int byPath = path.compareTo(other.path);
            return byPath != 0 ? byPath : Integer.compare(index, other.index);
        }
    }

    /** Replaced once at most, by {@link #restore}, before anybody else has the index. */
    private volatile ConcurrentNavigableMap<Place, ChunkInfo> entries = new ConcurrentSkipListMap<>();

    private final Object changes = new Object();
    private final Consumer<ChunkId> onChange;

    @GuardedBy("changes")
    private long chunks;

    @GuardedBy("changes")
    private long tombstones;

    @GuardedBy("changes")
    private long publishedBytes;

    /** An index whose changes nobody wants to hear of. */
    ChunkIndex() {
        this(chunk -> {});
    }

    /**
     * An empty index.
     *
     * @param onChange hears of each chunk whose entry has changed, after that; must not wait
     */
    ChunkIndex(Consumer<ChunkId> onChange) {
        this.onChange = onChange;
    }

    Optional<ChunkInfo> find(ChunkId chunk) {
        return Optional.ofNullable(entries.get(Place.of(chunk)));
    }

    /**
     * Fills an empty index that nobody else has yet.
     *
     * @param versions in the order of their ids, which spares the search for the place of each, and nobody is told of them; in any other
     *     order they are added one by one
     */
    void restore(List<ChunkInfo> versions) {
        List<Map.Entry<Place, ChunkInfo>> sorted = new ArrayList<>(versions.size());
        for (ChunkInfo info : versions) {
            Place place = Place.of(info.id());
            if (!sorted.isEmpty() && sorted.get(sorted.size() - 1).getKey().compareTo(place) >= 0) {
                versions.forEach(this::advance);
                return;
            }
            sorted.add(Map.entry(place, info));
        }
        synchronized (changes) {
            entries = new ConcurrentSkipListMap<>(new SortedEntries<>(sorted));
            versions.forEach(info -> count(info, 1));
        }
    }

    /** Makes this the chunk's entry, unless a newer one is there. */
    void advance(ChunkInfo info) {
        Place place = Place.of(info.id());
        synchronized (changes) {
            // Most are new, when a store is opened nearly all: those are looked for once.
            ChunkInfo present = entries.putIfAbsent(place, info);
            if (present != null) {
                if (present.version().isNewerThan(info.version())) {
                    return;
                }
                entries.put(place, info);
                count(present, -1);
            }
            count(info, 1);
        }
        onChange.accept(info.id());
    }

    /** Removes this entry; false when the chunk has another one or none. */
    boolean remove(ChunkInfo info) {
        boolean removed;
        synchronized (changes) {
            removed = entries.remove(Place.of(info.id()), info);
            if (removed) {
                count(info, -1);
            }
        }
        if (removed) {
            onChange.accept(info.id());
        }
        return removed;
    }

    @GuardedBy("changes")
    private void count(ChunkInfo info, int sign) {
        if (info.tombstone()) {
            tombstones += sign;
        } else {
            chunks += sign;
        }
        publishedBytes += sign * info.storedBytes();
    }

    /** At most {@code limit} entries after {@code after} whose path starts with the prefix. */
    List<ChunkInfo> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        Place start = new Place(pathPrefix, 0);
        Place last = after == null ? start : Place.of(after);
        NavigableMap<Place, ChunkInfo> rest = after == null || last.compareTo(start) < 0
                ? entries.tailMap(start, true)
                : entries.tailMap(last, false);
        List<ChunkInfo> page = new ArrayList<>();
        for (ChunkInfo info : rest.values()) {
            // All paths with one prefix lie together, so the first other path ends the page.
            if (page.size() == limit || !info.id().path().startsWith(pathPrefix)) {
                break;
            }
            page.add(info);
        }
        return page;
    }

    /** All entries in their order, as they are while they are gone through. */
    Collection<ChunkInfo> all() {
        return Collections.unmodifiableCollection(entries.values());
    }

    /** How many entries there are, tombstones included. */
    long size() {
        synchronized (changes) {
            return chunks + tombstones;
        }
    }

    StoreSnapshot snapshot() {
        synchronized (changes) {
            return new StoreSnapshot(chunks, tombstones, publishedBytes);
        }
    }
}
