package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request without bytes, and its one response. A connection that was idle and breaks before the response had probably died before: a
 * request that may be sent twice without harm goes out again at once, on a new one.
 */
final class UnaryCall implements Reply {

    private final ConnectionPool pool;
    private final Target target;
    private final Function<Duration, Request> request;
    private final boolean repeatable;
    private final long deadlineNanos;
    private final CompletableFuture<Response> result = new CompletableFuture<>();
    private volatile @Nullable PeerConnection connection;

    private UnaryCall(
            ConnectionPool pool,
            Target target,
            Function<Duration, Request> request,
            boolean repeatable,
            Duration timeout) {
        this.pool = pool;
        this.target = target;
        this.request = request;
        this.repeatable = repeatable;
        this.deadlineNanos = System.nanoTime() + timeout.toNanos();
    }

    /**
     * Sends one that may be sent twice.
     *
     * @param request is given the time that is left
     * @return the response; exceptionally what the server said, {@code UNREACHABLE} or {@code TIMEOUT}
     */
    static CompletionStage<Response> send(
            ConnectionPool pool, Timers timers, Target target, Function<Duration, Request> request, Duration timeout) {
        return new UnaryCall(pool, target, request, true, timeout).send(timers, timeout);
    }

    /** The same for one that must not be sent twice. */
    static CompletionStage<Response> sendOnce(
            ConnectionPool pool, Timers timers, Target target, Function<Duration, Request> request, Duration timeout) {
        return new UnaryCall(pool, target, request, false, timeout).send(timers, timeout);
    }

    private CompletionStage<Response> send(Timers timers, Duration timeout) {
        if (timers.isClosed()) {
            return CompletableFuture.failedStage(NoAnswer.ofClosedClient(target.address()));
        }
        Future<?> timer = timers.schedule(() -> giveUp(timeout), timeout);
        on(pool.take(target.address(), timeout));
        return result.whenComplete((response, thrown) -> timer.cancel(false));
    }

    private void on(CompletionStage<PeerConnection> taking) {
        taking.whenComplete((taken, thrown) -> {
            if (thrown != null) {
                result.completeExceptionally(ChunkServerException.from(thrown));
                return;
            }
            Optional<Failure> mismatch = target.mismatch(taken.hello());
            if (mismatch.isPresent()) {
                pool.idle(taken);
                result.completeExceptionally(mismatch.get().toException());
            } else if (result.isDone()) {
                pool.idle(taken);
            } else {
                connection = taken;
                taken.begin(request.apply(left()), this);
                if (result.isDone()) {
                    // Perhaps given up before the connection was known: then nobody else closes it.
                    taken.abandon(this);
                }
            }
        });
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
    }

    /** One that has not even greeted is not there, as far as anybody can tell. */
    private void giveUp(Duration timeout) {
        PeerConnection used = connection;
        String late = "server at " + target.address() + " did not answer within " + timeout.toMillis() + " ms";
        Failure why = used == null
                ? Failure.of(ErrorCode.UNREACHABLE, late).withHint(FrameFormat.NO_GREETING_HINT)
                : Failure.of(ErrorCode.TIMEOUT, late);
        if (result.completeExceptionally(why.toException()) && used != null) {
            used.abandon(this);
        }
    }

    @Override
    public void response(Response response) {
        result.complete(response);
    }

    @Override
    public void data(Frame frame) {
        frame.release().run();
    }

    @Override
    public void end(End end) {
        // No blocks were asked for.
    }

    @Override
    public void refused(Failure why) {
        result.completeExceptionally(why.toException());
    }

    @Override
    public void broken(Failure why) {
        PeerConnection used = connection;
        if (repeatable && used != null && used.isReused() && !result.isDone()) {
            on(pool.connect(target.address(), left()));
        } else {
            result.completeExceptionally(why.toException());
        }
    }
}
