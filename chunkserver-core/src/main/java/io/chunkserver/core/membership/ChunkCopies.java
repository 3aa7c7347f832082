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
 * @param epoch   that of the leadership in which they were named for a store, by which servers tell the placements of an older leader; 0
 *                where masters are not elected, and when they were only looked up
 */
public record ChunkCopies(ChunkId chunk, ChunkVersion version, List<Member> members, long epoch) {

    /** The answer of a master that was not elected. */
    public ChunkCopies(ChunkId chunk, ChunkVersion version, List<Member> members) {
        this(chunk, version, members, 0);
    }

    public ChunkCopies {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " is below 0");
        }
        members = List.copyOf(members);
        if (members.isEmpty()) {
            throw new IllegalArgumentException("no server has chunk " + chunk);
        }
    }
}
