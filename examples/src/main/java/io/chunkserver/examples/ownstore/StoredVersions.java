package io.chunkserver.examples.ownstore;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.MissingVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StoreSnapshot;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link MapChunkStore} holds, as a disk would: it is still there when the store is closed and another one is opened on it.
 *
 * <p>Not thread-safe: belongs to the one store that is open on it.
 */
final class StoredVersions {

    /** What a version takes beside its bytes, about; an empty one takes something, too. */
    static final long OVERHEAD_BYTES = 64;

    private final Map<StageKey, StoredVersion> staged = new LinkedHashMap<>();
    private final NavigableMap<ChunkId, StoredVersion> published = new TreeMap<>();

    /** Versions that are committed and whose bytes nobody has any more. */
    private final Map<ChunkId, MissingVersion> missing = new HashMap<>();

    private long publishedBytes;
    private long tombstones;

    void stage(StoredVersion version) {
        staged.put(version.key(), version);
    }

    void discard(StageKey key) {
        staged.remove(key);
    }

    @Nullable
    StoredVersion staged(StageKey key) {
        return staged.get(key);
    }

    List<StoredVersion> staged() {
        return List.copyOf(staged.values());
    }

    /** Moves a staged version into the place of the published one. */
    void publish(StoredVersion version) {
        remove(version.info().id());
        staged.remove(version.key());
        published.put(version.info().id(), version);
        count(version, 1);
    }

    /** Removes the published version; returns the bytes that it took, 0 when there is none. */
    long remove(ChunkId chunk) {
        StoredVersion removed = published.remove(chunk);
        if (removed == null) {
            return 0;
        }
        count(removed, -1);
        return removed.info().storedBytes();
    }

    /** Notes that this version is committed, and takes away what is published in its place. */
    void lack(ChunkId chunk, MissingVersion version) {
        remove(chunk);
        missing.put(chunk, version);
    }

    /** The version that is missing; empty when one as new was published since. */
    Optional<MissingVersion> missing(ChunkId chunk) {
        return Optional.ofNullable(missing.get(chunk))
                .filter(lacked -> lacked.version().isNewerThan(numberOf(chunk)));
    }

    private void count(StoredVersion version, int sign) {
        publishedBytes += sign * version.info().storedBytes();
        tombstones += version.info().tombstone() ? sign : 0;
    }

    @Nullable
    StoredVersion published(ChunkId chunk) {
        return published.get(chunk);
    }

    /** The number of the published version, 0 for none. */
    ChunkVersion numberOf(ChunkId chunk) {
        StoredVersion current = published.get(chunk);
        return current == null ? ChunkVersion.NONE : current.info().version();
    }

    /** The published versions in the order of their ids, from the first after this one or from the beginning. */
    Stream<StoredVersion> after(@Nullable ChunkId chunk) {
        return (chunk == null ? published : published.tailMap(chunk, false)).values().stream();
    }

    StoreSnapshot snapshot() {
        return new StoreSnapshot(published.size() - tombstones, tombstones, publishedBytes);
    }
}
