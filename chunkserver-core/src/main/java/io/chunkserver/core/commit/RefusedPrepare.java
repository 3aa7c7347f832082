package io.chunkserver.core.commit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.Failure;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A prepare that was answered before its first byte: throws away what is written.
 *
 * @param vote the no
 */
public record RefusedPrepare(Vote vote) implements PrepareStream {

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        // The vote is given already.
    }

    @Override
    public CompletionStage<List<Vote>> votes() {
        return CompletableFuture.completedFuture(List.of(vote));
    }

    @Override
    public void cancel(Failure why) {
        // The vote is given already.
    }
}
