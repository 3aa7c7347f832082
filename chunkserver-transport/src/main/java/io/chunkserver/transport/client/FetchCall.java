package io.chunkserver.transport.client;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.replication.CopySink;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a published version from another server into a sink.
 *
 * <p>What arrives is taken one after the other, each when the sink is done with the one before, on whichever thread brings the later of
 * the two; this order also guards the fields. Every block is compared with its checksum before the sink sees it (guarantee C1).
 */
final class FetchCall {

    /** How long a whole copy may take: a bound for a source whose target has forgotten it, far above what a chunk needs. */
    static final Duration LONGEST_COPY = Duration.ofHours(1);

    private final ConnectionPool pool;
    private final Timers timers;
    private final Target target;
    private final Request.Fetch request;
    private final Duration patience;
    private final CopySink sink;
    private final IncomingContent incoming = new IncomingContent();
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();

    /** What the source has; null before it said so. */
    private @Nullable ChunkInfo info;

    private int firstBlock;
    private int nextBlock;
    private int endBlock;
    private long arrivedBytes;
    private int arrivedCrc32c;

    /**
     * @param patience how long the source may let the sink wait
     */
    FetchCall(
            ConnectionPool pool,
            Timers timers,
            Target target,
            Request.Fetch request,
            Duration patience,
            CopySink sink) {
        this.pool = pool;
        this.timers = timers;
        this.target = target;
        this.request = request;
        this.patience = patience;
        this.sink = sink;
    }

    /**
     * Begins.
     *
     * @return done when the sink has taken all
     */
    CompletionStage<Void> start() {
        pool.take(target.address(), patience).whenComplete((taken, thrown) -> {
            if (thrown != null) {
                outcome.completeExceptionally(ChunkServerException.from(thrown));
                return;
            }
            Optional<Failure> mismatch = target.mismatch(taken.hello());
            if (mismatch.isPresent()) {
                pool.idle(taken);
                outcome.completeExceptionally(mismatch.get().toException());
                return;
            }
            incoming.on(taken);
            taken.begin(request, incoming);
            takeOn();
        });
        return outcome;
    }

    /** Takes what is there; goes on by itself when more comes, or when the sink is done. */
    private void takeOn() {
        try {
            while (!outcome.isDone()) {
                CompletableFuture<Arrival> next = incoming.next();
                if (!next.isDone()) {
                    await(next);
                    return;
                }
                CompletionStage<Void> taking = take(next.join());
                CompletableFuture<Void> taken = taking.toCompletableFuture();
                if (!taken.isDone() || taken.isCompletedExceptionally()) {
                    taking.whenComplete((done, thrown) -> goOn(thrown));
                    return;
                }
            }
        } catch (ChunkServerException | RuntimeException e) {
            goOn(e);
        }
    }

    private void await(CompletableFuture<Arrival> next) {
        Failure late = failure(
                ErrorCode.TIMEOUT,
                "sent nothing of chunk " + request.chunk() + " for " + patience.toMillis() + " ms, after "
                        + arrivedBytes + " bytes");
        Future<?> timer = timers.schedule(() -> next.complete(new Arrival.Failed(late)), patience);
        CompletionStage<Arrival> coming = next;
        coming.whenComplete((arrival, never) -> {
            timer.cancel(false);
            try {
                take(arrival).whenComplete((done, thrown) -> goOn(thrown));
            } catch (ChunkServerException | RuntimeException e) {
                goOn(e);
            }
        });
    }

    private void goOn(@Nullable Throwable thrown) {
        if (thrown == null) {
            takeOn();
        } else {
            incoming.abandon();
            outcome.completeExceptionally(ChunkServerException.from(thrown));
        }
    }

    /** Hands one arrival on. */
    private CompletionStage<Void> take(Arrival arrival) throws ChunkServerException {
        if (arrival instanceof Arrival.Begun begun) {
            Response.Content content = checked(begun.response());
            info = content.info();
            firstBlock = content.firstBlock();
            nextBlock = firstBlock;
            endBlock = content.length() == 0
                    ? firstBlock
                    : BlockLayout.blockCount(content.info().lengthBytes());
            return sink.begin(content.info(), content.attributes());
        } else if (arrival instanceof Arrival.Block block) {
            Frame frame = block.frame();
            CompletionStage<Void> written;
            try {
                written = sink.write(checked(frame));
            } catch (ChunkServerException | RuntimeException e) {
                frame.release().run();
                throw e;
            }
            return written.whenComplete((done, thrown) -> frame.release().run());
        } else if (arrival instanceof Arrival.Done done) {
            check(done.end());
            outcome.complete(null);
            return CompletableFuture.completedFuture(null);
        } else if (arrival instanceof Arrival.Failed failed) {
            throw failed.why().toException();
        }
        throw new AssertionError("nobody takes " + arrival);
    }

    private Response.Content checked(Response response) throws ChunkServerException {
        if (!(response instanceof Response.Content content) || info != null) {
            throw failure(ErrorCode.PROTOCOL_ERROR, "answered a fetch with something else")
                    .toException();
        }
        ChunkInfo found = content.info();
        long offset = Math.min(request.offset(), found.lengthBytes());
        if (!found.id().equals(request.chunk())
                || request.atLeast().isNewerThan(found.version())
                || content.offset() != offset
                || content.length() != found.lengthBytes() - offset
                || content.firstBlock() != BlockLayout.blockAt(offset)) {
            throw failure(
                            ErrorCode.PROTOCOL_ERROR,
                            "answered with version " + found.version() + " of chunk " + found.id() + " from offset "
                                    + content.offset() + " on, and was asked for chunk " + request.chunk()
                                    + " version " + request.atLeast() + " from offset " + request.offset() + " on")
                    .toException();
        }
        return content;
    }

    private CheckedBlock checked(Frame frame) throws ChunkServerException {
        int lengthBytes = frame.body().remaining();
        if (info == null
                || nextBlock >= endBlock
                || lengthBytes != BlockLayout.blockLength(nextBlock, info.lengthBytes())) {
            throw failure(
                            ErrorCode.PROTOCOL_ERROR,
                            "sent a block of chunk " + request.chunk()
                                    + " that it cannot have or that nobody asked for")
                    .toException();
        }
        CheckedBlock block = new CheckedBlock(frame.body(), frame.bodyCrc32c());
        if (!block.intact()) {
            throw failure(
                            ErrorCode.CHECKSUM_MISMATCH,
                            "block " + nextBlock + " of chunk " + request.chunk() + " does not match its checksum")
                    .toException();
        }
        nextBlock++;
        arrivedBytes += lengthBytes;
        arrivedCrc32c = Crc32c.combine(arrivedCrc32c, block.crc32c(), lengthBytes);
        return block;
    }

    private void check(End end) throws ChunkServerException {
        ChunkInfo copied = info;
        if (copied == null
                || nextBlock != endBlock
                || end.lengthBytes() != arrivedBytes
                || end.crc32c() != arrivedCrc32c
                || (firstBlock == 0 && arrivedBytes == copied.lengthBytes() && arrivedCrc32c != copied.crc32c())) {
            throw failure(
                            ErrorCode.CORRUPT,
                            "the blocks of chunk " + request.chunk() + " do not match the checksum of all of them")
                    .withHint("copy it from another server")
                    .toException();
        }
    }

    private Failure failure(ErrorCode code, String what) {
        return Failure.of(code, "server at " + target.address() + ": " + what);
    }
}
