package io.chunkserver.core.master;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import org.jspecify.annotations.Nullable;

/**
 * Counts, slice by slice, the chunks that would have fewer copies than asked for without one server, also where no other server
 * could take one; and the deletions that fewer servers would know of than can be told. Guarded by the master's lock.
 */
final class NeededCount {

    private final ClusterMember leaving;
    private final int goal;
    private @Nullable ChunkId last;
    private long chunks;

    /**
     * Nothing is counted yet.
     *
     * @param goal how many copies the other servers allow
     */
    NeededCount(ClusterMember leaving, int goal) {
        this.leaving = leaving;
        this.goal = goal;
    }

    long chunks() {
        return chunks;
    }

    /** Looks at some more chunks; false when all were seen. */
    boolean step(ChunkTable table, int slice, MasterConfig config) {
        last = table.scan("", last, slice, chunk -> {
            chunks += isNeeded(chunk, config) ? 1 : 0;
            return true;
        });
        return last != null;
    }

    private boolean isNeeded(Chunk chunk, MasterConfig config) {
        ChunkInfo here = chunk.at(leaving);
        ChunkInfo newest = chunk.newest();
        return here != null
                && newest != null
                && here.version().equals(newest.version())
                && chunk.good(member -> member != leaving && !member.isDraining() && member.isReliable(config))
                                .size()
                        < (newest.tombstone() ? goal : config.replication());
    }
}
