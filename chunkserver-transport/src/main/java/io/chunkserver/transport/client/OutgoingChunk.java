package io.chunkserver.transport.client;

import com.google.common.util.concurrent.MoreExecutors;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A chunk's bytes on their way to a server: a request, blocks, an end, and what is answered.
 *
 * <p>Nothing waits for the connection: what is written before it is there is queued, bounded by the caller, whose stages
 * complete when the block was sent. Whatever happens, every stage of a write completes normally and the outcome tells the rest.
 *
 * <p>Everything runs on the sequence, one step at a time, on whichever thread brings it.
 */
final class OutgoingChunk implements Reply {

    /** How it ended. */
    sealed interface Outcome {

        /** The server answered. */
        record Answered(Response response) implements Outcome {}

        /** The server said why not. */
        record Refused(Failure why) implements Outcome {}

        /**
         * Nobody answered, or not in time.
         *
         * @param complete whether the server may have heard all: then it may have done all
         */
        record Lost(Failure why, boolean complete) implements Outcome {}
    }

    /** Never heard of: who gave up has told the outcome. */
    private static final Failure GIVEN_UP = Failure.of(ErrorCode.CANCELLED, "given up before it began");

    private record Waiting(CheckedBlock block, CompletableFuture<Void> sent) {}

    private final Target target;
    private final boolean bodiless;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    private final Executor sequence = MoreExecutors.newSequentialExecutor(MoreExecutors.directExecutor());
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private @Nullable PeerConnection connection;
    private @Nullable Future<?> timer;
    private int requestId;
    private int unsent;
    private @Nullable End end;
    private boolean complete;

    /**
     * @param bodiless true when the request says everything: neither blocks nor an end follow
     */
    private OutgoingChunk(Target target, boolean bodiless) {
        this.target = target;
        this.bodiless = bodiless;
    }

    /**
     * Begins.
     *
     * @param request  is given the time that is left when the connection is there
     * @param bodiless true when the request says everything: neither blocks nor an end follow
     */
    static OutgoingChunk open(
            ConnectionPool pool,
            Timers timers,
            Target target,
            Function<Duration, Request> request,
            boolean bodiless,
            Duration timeout) {
        OutgoingChunk chunk = new OutgoingChunk(target, bodiless);
        if (timers.isClosed()) {
            Failure why = NoAnswer.ofClosedClient(target.address()).failure();
            chunk.sequence.execute(() -> chunk.over(new Outcome.Lost(why, false)));
            return chunk;
        }
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        chunk.sequence.execute(() ->
                chunk.timer = timers.schedule(() -> chunk.sequence.execute(() -> chunk.late(timeout)), timeout));
        pool.take(target.address(), timeout)
                .whenComplete((taken, thrown) -> chunk.sequence.execute(() -> {
                    if (thrown != null) {
                        chunk.over(new Outcome.Lost(
                                ChunkServerException.from(thrown).failure(), false));
                    } else {
                        Duration left = Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime()));
                        chunk.connected(taken, pool, request.apply(left));
                    }
                }));
        return chunk;
    }

    private void connected(PeerConnection taken, ConnectionPool pool, Request request) {
        Optional<Failure> mismatch = target.mismatch(taken.hello());
        if (mismatch.isPresent() || outcome.isDone()) {
            pool.idle(taken);
            over(new Outcome.Lost(mismatch.orElse(GIVEN_UP), false));
            return;
        }
        connection = taken;
        complete = bodiless;
        requestId = taken.begin(request, this);
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            send(taken, next);
        }
        if (end != null) {
            send(taken, end);
        }
    }

    /** Sends a block after those before; the stage completes, normally, when the buffer is no longer needed. */
    CompletionStage<Void> write(CheckedBlock block) {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        sequence.execute(() -> {
            PeerConnection open = connection;
            if (outcome.isDone()) {
                sent.complete(null);
            } else if (open == null) {
                waiting.add(new Waiting(block, sent));
            } else {
                send(open, new Waiting(block, sent));
            }
        });
        return sent;
    }

    private void send(PeerConnection open, Waiting next) {
        unsent++;
        open.send(Frame.data(
                        requestId, next.block().data().duplicate(), next.block().crc32c()))
                .whenComplete((done, thrown) -> sequence.execute(() -> {
                    unsent--;
                    next.sent().complete(null);
                }));
    }

    /** Says that all blocks were written. */
    void finish(long lengthBytes, int crc32c) {
        sequence.execute(() -> {
            if (outcome.isDone() || end != null) {
                return;
            }
            End all = new End(lengthBytes, crc32c);
            end = all;
            if (connection != null) {
                send(connection, all);
            }
        });
    }

    private void send(PeerConnection open, End all) {
        complete = true;
        if (!bodiless) {
            open.send(Messages.end(requestId, all));
        }
    }

    CompletionStage<Outcome> outcome() {
        return outcome;
    }

    /**
     * Gives up; the outcome is told at once.
     *
     * @param why what the outcome says
     */
    void cancel(Failure why) {
        sequence.execute(() -> {
            if (!outcome.isDone()) {
                PeerConnection open = connection;
                boolean heard = complete;
                if (open != null && unsent == 0) {
                    // The server's answer makes the connection ready for the next exchange; the timer bounds the wait
                    // for it.
                    open.send(Messages.cancel(requestId));
                } else if (open != null) {
                    // Only closing takes the buffers back from a connection whose peer does not read.
                    open.abandon(this);
                }
                told(new Outcome.Lost(why, heard));
            }
        });
    }

    private void late(Duration timeout) {
        // A server that took all it was given is not to blame for what was never given to it.
        boolean starved = connection != null && !complete && unsent == 0;
        Failure why = Failure.of(
                ErrorCode.TIMEOUT,
                "server at " + target.address() + (starved ? " was not given all bytes" : " did not answer")
                        + " within " + timeout.toMillis() + " ms");
        if (connection != null) {
            connection.abandon(this);
        }
        over(new Outcome.Lost(why, complete));
    }

    @Override
    public void response(Response response) {
        sequence.execute(() -> over(new Outcome.Answered(response)));
    }

    @Override
    public void data(Frame frame) {
        frame.release().run();
    }

    @Override
    public void end(End received) {
        // Blocks go the other way.
    }

    @Override
    public void refused(Failure why) {
        sequence.execute(() -> over(new Outcome.Refused(why)));
    }

    @Override
    public void broken(Failure why) {
        sequence.execute(() -> over(new Outcome.Lost(why, complete)));
    }

    /** The exchange is over, or was never begun. */
    private void over(Outcome how) {
        if (timer != null) {
            timer.cancel(false);
        }
        told(how);
    }

    private void told(Outcome how) {
        if (outcome.complete(how)) {
            for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
                next.sent().complete(null);
            }
        }
    }
}
