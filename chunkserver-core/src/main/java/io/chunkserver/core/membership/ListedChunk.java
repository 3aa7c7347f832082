package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkInfo;

/**
 * A chunk in a master's list.
 *
 * @param info   the newest version that was reported
 * @param copies living servers that have it
 */
public record ListedChunk(ChunkInfo info, int copies) {

    public ListedChunk {
        if (copies < 0) {
            throw new IllegalArgumentException("chunk " + info.id() + " with " + copies + " copies cannot be");
        }
    }
}
