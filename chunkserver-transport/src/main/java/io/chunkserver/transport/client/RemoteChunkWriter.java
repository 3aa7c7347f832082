package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.OutgoingChunk.Outcome;
import io.chunkserver.transport.protocol.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One try of a store or a delete at its primary.
 *
 * <p>A server aborts a store whose end it has not received. So a connection that breaks before the end was sent is an abort for
 * certain; afterwards nobody knows.
 */
final class RemoteChunkWriter implements ChunkWriter {

    private final OutgoingChunk chunk;
    private final CompletionStage<Receipt> receipt;

    RemoteChunkWriter(OutgoingChunk chunk, ServerAddress primary, TransactionId transaction) {
        this.chunk = chunk;
        this.receipt = chunk.outcome().thenCompose(how -> receipt(how, primary, transaction));
    }

    private static CompletionStage<Receipt> receipt(Outcome how, ServerAddress primary, TransactionId transaction) {
        if (how instanceof Outcome.Answered answered
                && answered.response() instanceof Response.Receipt told
                && told.receipt().transaction().equals(transaction)) {
            return CompletableFuture.completedFuture(told.receipt());
        }
        return CompletableFuture.failedFuture(
                failure(how, primary, transaction).in(transaction).toException());
    }

    private static Failure failure(Outcome how, ServerAddress primary, TransactionId transaction) {
        if (how instanceof Outcome.Refused refused) {
            return refused.why();
        } else if (how instanceof Outcome.Lost lost) {
            return lost.complete()
                    ? Failure.of(
                                    ErrorCode.OUTCOME_UNKNOWN,
                                    "server at " + primary + " was sent everything and its answer is missing: "
                                            + lost.why().message())
                            .withHint("ask for transaction " + transaction + ", or retry with the same id")
                    : lost.why();
        }
        // Whatever it did, it does not say so in words that are known here.
        return Failure.of(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "server at " + primary + " answered something that is no receipt of the transaction")
                .withHint("ask for transaction " + transaction + ", or retry with the same id");
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return chunk.write(block);
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        chunk.finish(lengthBytes, crc32c);
    }

    @Override
    public CompletionStage<Receipt> receipt() {
        return receipt;
    }

    @Override
    public void cancel(Failure why) {
        chunk.cancel(why);
    }
}
