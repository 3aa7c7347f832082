package io.chunkserver.core.master;

import io.chunkserver.core.model.ChunkId;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All chunks that anybody has reported, in the order of their ids, and the walk over all of them, in slices, after something happened
 * that concerns many. Guarded by the master's lock.
 */
final class ChunkTable {

    /**
     * A place in the order of ids. Unlike a {@link ChunkId} it may have any path, so that the place where a prefix begins can be
     * named.
     */
    private record Place(String path, int index) implements Comparable<Place> {

        static final Place FIRST = new Place("", 0);

        static Place of(ChunkId chunk) {
            return new Place(chunk.path(), chunk.index());
        }

        @Override
        public int compareTo(Place other) {
            int byPath = path.compareTo(other.path);
            return byPath != 0 ? byPath : Integer.compare(index, other.index);
        }
    }

    private final NavigableMap<Place, Chunk> chunks = new TreeMap<>();

    /** The last chunk that the walk has seen, and how many it has yet to see. */
    private Place walked = Place.FIRST;

    private long toWalk;

    /** How many the walk under way has yet to see for the first time. */
    private long unseen;

    @Nullable
    Chunk find(ChunkId id) {
        return chunks.get(Place.of(id));
    }

    Chunk findOrAdd(ChunkId id) {
        Chunk known = find(id);
        if (known != null) {
            return known;
        }
        Chunk added = new Chunk(id);
        chunks.put(Place.of(id), added);
        if (toWalk > 0) {
            // It may lie ahead of the walk and take the turn of one that has to be seen.
            toWalk++;
            unseen += unseen > 0 ? 1 : 0;
        }
        return added;
    }

    void remove(Chunk chunk) {
        chunks.remove(Place.of(chunk.id()));
    }

    /** Begins the walk over all chunks, or lengthens the one under way so that it sees all of them again. */
    void beginWalk() {
        unseen = isWalking() ? Math.min(unseen, chunks.size()) : chunks.size();
        toWalk = chunks.size();
    }

    boolean isWalking() {
        return toWalk > 0;
    }

    /** Whether the walk under way has seen all chunks at least once, and goes on because of what happened meanwhile. */
    boolean hasWalkedOnce() {
        return unseen == 0;
    }

    /** Goes on with the walk for some chunks; those that are empty after the visit are removed. */
    void walk(int slice, Consumer<Chunk> visit) {
        int left = (int) Math.min(slice, Math.min(toWalk, chunks.size()));
        toWalk = chunks.isEmpty() ? 0 : toWalk - left;
        unseen = chunks.isEmpty() ? 0 : Math.max(0, unseen - left);
        while (left > 0) {
            Iterator<Map.Entry<Place, Chunk>> ahead =
                    chunks.tailMap(walked, false).entrySet().iterator();
            while (left > 0 && ahead.hasNext()) {
                Map.Entry<Place, Chunk> next = ahead.next();
                walked = next.getKey();
                visit.accept(next.getValue());
                if (next.getValue().entries() == 0) {
                    ahead.remove();
                }
                left--;
            }
            if (!ahead.hasNext()) {
                walked = Place.FIRST;
                left = Math.min(left, chunks.size());
            }
        }
    }

    /**
     * Looks at the chunks of a prefix in the order of their ids.
     *
     * @param after the id after which to begin; null for the first
     * @param slice the most chunks to look at
     * @param visit takes each, and returns false to end
     * @return the last chunk seen; null when there are no more or {@code visit} has ended it
     */
    @Nullable
    ChunkId scan(String pathPrefix, @Nullable ChunkId after, int slice, Predicate<Chunk> visit) {
        Place start = new Place(pathPrefix, 0);
        Place last = after == null ? start : Place.of(after);
        NavigableMap<Place, Chunk> rest =
                after == null || last.compareTo(start) < 0 ? chunks.tailMap(start, true) : chunks.tailMap(last, false);
        int seen = 0;
        for (Chunk chunk : rest.values()) {
            // All paths with one prefix lie together, so the first other path ends the list.
            if (!chunk.id().path().startsWith(pathPrefix) || !visit.test(chunk)) {
                return null;
            }
            seen++;
            if (seen == slice) {
                return chunk.id();
            }
        }
        return null;
    }
}
