package io.chunkserver.core;

import io.chunkserver.core.commit.CommitRecovery;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.ChunkStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The chunks whose committed version a start did not find, or was found damaged since, until a copy or a later store has brought one that is as new. Thread-safe. */
final class LostChunks {

    private final ChunkStore store;
    private final Map<ChunkId, ChunkVersion> lost = new ConcurrentHashMap<>();

    LostChunks(ChunkStore store, List<CommitRecovery.Lost> found) {
        this.store = store;
        found.forEach(chunk -> lost.put(chunk.chunk(), chunk.version()));
    }

    /** A version was taken out of service. */
    void add(ChunkId chunk, ChunkVersion version) {
        lost.merge(chunk, version, (a, b) -> b.isNewerThan(a) ? b : a);
        // It may be here again already.
        changed(chunk);
    }

    /** Something was published or removed. */
    void changed(ChunkId chunk) {
        lost.computeIfPresent(
                chunk,
                (id, version) -> store.stat(id)
                                .filter(info -> !version.isNewerThan(info.version()))
                                .isPresent()
                        ? null
                        : version);
    }

    List<ChunkId> list() {
        return lost.keySet().stream().sorted().toList();
    }
}
