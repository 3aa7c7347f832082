package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which servers shall have a chunk that is going to be stored?
 *
 * @param chunk       the chunk
 * @param lengthBytes the most bytes that it will have
 * @param copies      how many servers; 0 for as many as the master is configured for
 * @param near        the first member is to be near here; null for anywhere
 * @param primary     the server that asks for itself, takes chunks whatever its last heartbeat said, and is to be the first of a new
 *                    chunk, if it can have it; null for any
 * @param excluded    servers that have just failed the one who asks; one of them is given only where no other has the chunk's newest version
 *                    or was named for all its stores that may be under way, and by a master that was elected a moment ago
 */
public record PlacementRequest(
        ChunkId chunk,
        long lengthBytes,
        int copies,
        @Nullable Location near,
        @Nullable ServerId primary,
        Set<ServerId> excluded) {

    /** The most copies of a chunk. */
    public static final int MAX_COPIES = 16;

    /** A request of somebody who sends the chunk to whichever server is named first. */
    public PlacementRequest(
            ChunkId chunk, long lengthBytes, int copies, @Nullable Location near, Set<ServerId> excluded) {
        this(chunk, lengthBytes, copies, near, null, excluded);
    }

    public PlacementRequest {
        excluded = Set.copyOf(excluded);
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("length " + lengthBytes + " of chunk " + chunk + " is below 0");
        }
        if (copies < 0 || copies > MAX_COPIES) {
            throw new IllegalArgumentException(
                    copies + " copies of chunk " + chunk + "; 1 to " + MAX_COPIES + " are possible");
        }
        if (excluded.size() > MAX_COPIES) {
            throw new IllegalArgumentException(
                    excluded.size() + " servers are excluded; at most " + MAX_COPIES + " can be");
        }
    }
}
