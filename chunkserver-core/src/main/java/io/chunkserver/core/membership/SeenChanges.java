package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What became of chunks that had changed.
 *
 * @param chunks  which were looked up
 * @param present the published versions of those that are there
 * @param absent  those of which nothing is there any more
 */
record SeenChanges(List<ChunkId> chunks, List<ChunkInfo> present, List<ChunkId> absent) {

    /** Looks them up, each when whatever was begun on it before is done: that may take as long as the disk does. */
    static CompletionStage<SeenChanges> of(List<ChunkId> chunks, ReportingServer server) {
        List<CompletableFuture<Optional<ChunkInfo>>> found = chunks.stream()
                .map(chunk -> server.published(chunk).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)).thenApply(all -> {
            List<ChunkInfo> present = new ArrayList<>();
            List<ChunkId> absent = new ArrayList<>();
            for (int i = 0; i < chunks.size(); i++) {
                ChunkId chunk = chunks.get(i);
                found.get(i).join().ifPresentOrElse(present::add, () -> absent.add(chunk));
            }
            return new SeenChanges(chunks, present, absent);
        });
    }
}
