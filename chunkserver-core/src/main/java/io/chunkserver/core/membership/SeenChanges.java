package io.chunkserver.core.membership;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What became of chunks that had changed.
 *
 * @param chunks  which were looked up
 * @param present the published versions of those that are there
 * @param absent  those of which nothing is there any more
 * @param unknown those of which it cannot be said yet
 */
record SeenChanges(List<ChunkId> chunks, List<ChunkInfo> present, List<ChunkId> absent, List<ChunkId> unknown) {

    /** Chunks that are being looked up, each when whatever was begun on it before is done: that may take as long as its disk does. */
    static final class Looking {

        private final Map<ChunkId, CompletableFuture<Optional<ChunkInfo>>> found = new LinkedHashMap<>();

        Looking(List<ChunkId> chunks, ReportingServer server) {
            chunks.forEach(chunk -> found.put(chunk, server.published(chunk).toCompletableFuture()));
        }

        /** Completes when all are looked up, or could not be; never exceptionally. */
        CompletableFuture<?> ended() {
            return CompletableFuture.allOf(found.values().toArray(CompletableFuture[]::new))
                    .handle((done, failure) -> null);
        }

        /** Why one of them could not be looked up; empty where that only takes its time. */
        Optional<String> why() {
            return found.values().stream()
                    .filter(CompletableFuture::isCompletedExceptionally)
                    .findFirst()
                    .map(lookup -> lookup.handle(
                                    (info, failure) -> ChunkServerException.from(Objects.requireNonNull(failure))
                                            .failure()
                                            .describe())
                            .join());
        }

        /** What is known of them now. */
        SeenChanges seen() {
            List<ChunkId> chunks = new ArrayList<>();
            List<ChunkInfo> present = new ArrayList<>();
            List<ChunkId> absent = new ArrayList<>();
            List<ChunkId> unknown = new ArrayList<>();
            found.forEach((chunk, lookup) -> {
                if (!lookup.isDone() || lookup.isCompletedExceptionally()) {
                    unknown.add(chunk);
                    return;
                }
                chunks.add(chunk);
                lookup.join().ifPresentOrElse(present::add, () -> absent.add(chunk));
            });
            return new SeenChanges(chunks, present, absent, unknown);
        }
    }
}
