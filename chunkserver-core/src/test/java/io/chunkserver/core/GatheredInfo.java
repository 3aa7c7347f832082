package io.chunkserver.core;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.replication.CopySink;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Learns what a server has published, tombstones included, and takes none of its bytes. */
final class GatheredInfo implements CopySink {

    @Nullable
    ChunkInfo info;

    @Override
    public CompletionStage<Void> begin(ChunkInfo published, Attributes attributes) {
        info = published;
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return CompletableFuture.completedFuture(null);
    }
}
