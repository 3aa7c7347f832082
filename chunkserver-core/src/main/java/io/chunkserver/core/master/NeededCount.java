package io.chunkserver.core.master;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import org.jspecify.annotations.Nullable;

/** Counts, slice by slice, the chunks that would have too few copies without one server. Guarded by the master's lock. */
final class NeededCount {

    private final ClusterMember leaving;
    private @Nullable ChunkId last;
    private long chunks;

    NeededCount(ClusterMember leaving) {
        this.leaving = leaving;
    }

    long chunks() {
        return chunks;
    }

    /** Looks at some more chunks; false when all were seen. */
    boolean step(ChunkTable table, int slice, MasterConfig config, int goal) {
        last = table.scan("", last, slice, chunk -> {
            chunks += isNeeded(chunk, config, goal) ? 1 : 0;
            return true;
        });
        return last != null;
    }

    private boolean isNeeded(Chunk chunk, MasterConfig config, int goal) {
        ChunkInfo here = chunk.at(leaving);
        ChunkInfo newest = chunk.newest();
        return here != null
                && newest != null
                && !newest.tombstone()
                && here.version().equals(newest.version())
                && chunk.good(member -> member != leaving && !member.isDraining() && member.isReliable(config))
                                .size()
                        < goal;
    }
}
