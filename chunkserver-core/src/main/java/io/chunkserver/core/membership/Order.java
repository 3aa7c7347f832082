package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.TransactionId;
import java.util.List;

/**
 * What a master wants a server to do. An order may be given again, late, or by two masters at once, without harm; the server
 * checks whether it still makes sense. What came of it is told by the next chunk report.
 */
public sealed interface Order {

    /** The most servers that an order names. */
    int MAX_SERVERS = 16;

    /** The chunk it is about. */
    ChunkId chunk();

    /** The version it is about. */
    ChunkVersion version();

    /** The transaction that committed that version: two versions of one number are told apart by it. */
    TransactionId transaction();

    /**
     * Get this version, or a newer one, from one of the sources and keep it. Done at once when it is here already.
     *
     * @param tombstone true when that version says that the chunk is deleted
     * @param sources   servers that have it, the nearest first; at least one
     */
    record Copy(ChunkId chunk, ChunkVersion version, TransactionId transaction, boolean tombstone, List<Member> sources)
            implements Order {

        public Copy {
            sources = checked(chunk, sources);
        }
    }

    /**
     * Remove this version, if it still is the one here, after every keeper has confirmed that it has the same or a newer one and
     * will not remove it meanwhile.
     *
     * @param keepers servers that hold good copies; at least one
     */
    record Remove(ChunkId chunk, ChunkVersion version, TransactionId transaction, List<Member> keepers)
            implements Order {

        public Remove {
            keepers = checked(chunk, keepers);
        }
    }

    private static List<Member> checked(ChunkId chunk, List<Member> servers) {
        if (servers.isEmpty() || servers.size() > MAX_SERVERS) {
            throw new IllegalArgumentException("an order about chunk " + chunk + " names " + servers.size()
                    + " servers; 1 to " + MAX_SERVERS + " are allowed");
        }
        return List.copyOf(servers);
    }
}
