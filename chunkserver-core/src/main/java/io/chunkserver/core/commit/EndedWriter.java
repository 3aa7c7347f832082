package io.chunkserver.core.commit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The writer of a transaction that is answered before its first byte: throws away what is written. */
final class EndedWriter implements ChunkWriter {

    private final CompletionStage<Receipt> receipt;

    private EndedWriter(CompletionStage<Receipt> receipt) {
        this.receipt = receipt;
    }

    static EndedWriter refused(Failure why) {
        return new EndedWriter(CompletableFuture.failedFuture(why.toException()));
    }

    /**
     * A retry of a committed transaction hears its receipt again, if it asks for the same chunk.
     *
     * @param visible whether this server shows the version, or a later one, already
     */
    static EndedWriter of(Outcome outcome, StoreRequest request, ServerId self, boolean visible) {
        if (!outcome.chunk().equals(request.chunk()) || outcome.tombstone() != request.tombstone()) {
            return otherRequest(outcome.transaction(), outcome.chunk(), self);
        }
        return new EndedWriter(CompletableFuture.completedFuture(new Receipt(
                outcome.transaction(),
                outcome.chunk(),
                outcome.version(),
                outcome.lengthBytes(),
                outcome.crc32c(),
                outcome.durability(),
                outcome.members(),
                visible ? List.of(self) : List.of())));
    }

    /**
     * A retry of a transaction whose version is published here, though the log does not know it: it came as a copy. How many members the
     * transaction had is not known; this server answers for itself alone.
     */
    static EndedWriter of(ChunkInfo published, StoreRequest request, ServerId self) {
        if (published.tombstone() != request.tombstone()) {
            return otherRequest(published.transaction(), published.id(), self);
        }
        return new EndedWriter(CompletableFuture.completedFuture(new Receipt(
                published.transaction(),
                published.id(),
                published.version(),
                published.lengthBytes(),
                published.crc32c(),
                request.durability(),
                1,
                List.of(self))));
    }

    private static EndedWriter otherRequest(TransactionId transaction, ChunkId chunk, ServerId self) {
        return refused(Failure.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "transaction " + transaction + " was used for another request on chunk " + chunk)
                .at(self)
                .in(transaction));
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        // The outcome is known already.
    }

    @Override
    public CompletionStage<Receipt> receipt() {
        return receipt;
    }

    @Override
    public void cancel(Failure why) {
        // The outcome is known already.
    }
}
