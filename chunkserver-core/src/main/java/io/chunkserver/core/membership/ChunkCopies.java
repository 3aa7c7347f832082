package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import java.util.List;

/**
 * The servers of a chunk, as a master knows them.
 *
 * @param chunk   the chunk
 * @param version the newest version that was reported; {@link ChunkVersion#NONE} when the chunk was only placed so far
 * @param members the servers that have that version or are to get it, the nearest to the one who asked first; at least one
 */
public record ChunkCopies(ChunkId chunk, ChunkVersion version, List<Member> members) {

    public ChunkCopies {
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("no server has chunk " + chunk);
        }
    }
}
