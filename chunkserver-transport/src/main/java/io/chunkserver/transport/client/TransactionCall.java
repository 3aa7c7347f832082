package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.BlockBuffers;
import io.chunkserver.core.commit.BlockFeeder;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Request;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A store or a delete with all its tries, which have one transaction id. For one thread.
 *
 * <p>Once the outcome of a try is unknown it stays so, until a later try brings the receipt: what else a later try hears, from a
 * server that refuses before it looks, says nothing of the earlier one.
 */
final class TransactionCall {

    /** How much earlier the server gives up than the client, at most, so that its answer is still heard. */
    private static final Duration ANSWER_MARGIN = Duration.ofMillis(200);

    private final ConnectionPool pool;
    private final Timers timers;
    private final ServerAddress primary;
    private final TransactionId transaction;
    private final Function<Duration, Request> request;
    private final @Nullable ChunkSource source;
    private final BlockBuffers<byte[]> buffers;
    private final boolean placed;
    private boolean unknown;

    /**
     * @param request is given the time that is left
     * @param source  null for a delete
     * @param buffers hold the bytes on their way
     * @param placed  whether a master named the servers to the caller, who has to ask one again when that was replaced
     */
    TransactionCall(
            ConnectionPool pool,
            Timers timers,
            ServerAddress primary,
            TransactionId transaction,
            Function<Duration, Request> request,
            @Nullable ChunkSource source,
            BlockBuffers<byte[]> buffers,
            boolean placed) {
        this.pool = pool;
        this.timers = timers;
        this.primary = primary;
        this.transaction = transaction;
        this.request = request;
        this.source = source;
        this.buffers = buffers;
        this.placed = placed;
    }

    Receipt run(Retries retries, Duration timeout) throws IOException {
        try {
            return retries.run(timeout, () -> unknown, this::attempt);
        } catch (ChunkServerException e) {
            throw unknown && e.code() != ErrorCode.OUTCOME_UNKNOWN ? stillUnknown(e) : e;
        }
    }

    private Receipt attempt(Duration left) throws IOException {
        OutgoingChunk chunk = OutgoingChunk.open(
                pool, timers, Target.at(primary), time -> request.apply(less(time)), source == null, left);
        RemoteChunkWriter writer = new RemoteChunkWriter(chunk, primary, transaction);
        if (source != null) {
            try (InputStream bytes = source.open()) {
                BlockFeeder.feed(bytes, writer, buffers);
            } catch (IOException | RuntimeException e) {
                writer.cancel(Failure.of(ErrorCode.CANCELLED, "the bytes could not be read"));
                throw e;
            }
        }
        try {
            return await(writer.receipt());
        } catch (ChunkServerException e) {
            unknown |= e.code() == ErrorCode.OUTCOME_UNKNOWN;
            throw e.code() == ErrorCode.STALE_EPOCH && !placed ? placedAnew(e) : e;
        }
    }

    /** The primary had asked a master where the chunk goes, which was replaced meanwhile; the next try has it ask again. */
    private static ChunkServerException placedAnew(ChunkServerException stale) {
        return Failure.of(ErrorCode.BUSY, stale.failure().message()).toException(stale);
    }

    private static Duration less(Duration time) {
        Duration tenth = time.dividedBy(10);
        return time.minus(tenth.compareTo(ANSWER_MARGIN) < 0 ? tenth : ANSWER_MARGIN);
    }

    private ChunkServerException stillUnknown(ChunkServerException last) {
        return Failure.of(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "an earlier try sent everything and was not answered; the last one failed: "
                                + last.failure().message())
                .withHint("ask for transaction " + transaction + ", or retry with the same id")
                .in(transaction)
                .toException(last);
    }

    private static Receipt await(CompletionStage<Receipt> stage) throws ChunkServerException {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw ChunkServerException.from(e);
        }
    }
}
