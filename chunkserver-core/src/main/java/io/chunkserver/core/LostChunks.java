package io.chunkserver.core;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The chunks whose committed version a start did not find, or was found damaged since, until a copy or a later store has brought one that is
 * as new. Thread-safe.
 */
final class LostChunks {

    private final Function<ChunkId, Optional<ChunkInfo>> stat;
    private final Map<ChunkId, ChunkVersion> lost = new ConcurrentHashMap<>();

    /**
     * @param stat tells what is published of a chunk
     */
    LostChunks(Function<ChunkId, Optional<ChunkInfo>> stat) {
        this.stat = stat;
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
                (id, version) -> stat.apply(id)
                                .filter(info -> !version.isNewerThan(info.version()))
                                .isPresent()
                        ? null
                        : version);
    }

    List<ChunkId> list() {
        return lost.keySet().stream().sorted().toList();
    }
}
