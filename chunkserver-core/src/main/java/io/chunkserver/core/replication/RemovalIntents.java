package io.chunkserver.core.replication;

import io.chunkserver.core.model.ChunkId;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The chunks that this server means to remove. It opens an intent before it asks whether others keep the chunk, and while the intent is
 * open it does not vouch for its own copy: so of servers that are told to remove one chunk at the same time the last to open its intent
 * is refused by the others, and one copy stays.
 *
 * <p>Thread-safe. Intents live in memory, as the removal does that they belong to.
 */
public final class RemovalIntents {

    private final Set<ChunkId> open = ConcurrentHashMap.newKeySet();

    /**
     * @return false when one is open already
     */
    boolean open(ChunkId chunk) {
        return open.add(chunk);
    }

    void close(ChunkId chunk) {
        open.remove(chunk);
    }

    /** Whether this server may not be relied on for the chunk. */
    public boolean isOpen(ChunkId chunk) {
        return open.contains(chunk);
    }
}
