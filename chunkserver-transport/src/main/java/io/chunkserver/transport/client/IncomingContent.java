package io.chunkserver.transport.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one read, from the connection's thread to the reader's. While enough of them wait, the connection hands on no
 * more.
 *
 * <p>Safe for one thread that brings and one that takes; the taker waits on its thread, or has itself called.
 */
final class IncomingContent implements Reply {

    /** Blocks that may wait for the reader: 1 MiB. */
    private static final int WINDOW_BLOCKS = 16;

    /** What comes, in its order. */
    sealed interface Arrival {

        /** The server has the range; blocks follow. */
        record Begun(Response response) implements Arrival {}

        /** A block, to be released by who takes it. */
        record Block(Frame frame) implements Arrival {}

        /** All blocks have come. */
        record Done(End end) implements Arrival {}

        /** Nothing more comes. */
        record Failed(Failure why) implements Arrival {}
    }

    @GuardedBy("this")
    private final Queue<Arrival> arrivals = new ArrayDeque<>();

    /** Who waits for the next arrival without a thread; then nothing else waits. */
    @GuardedBy("this")
    private @Nullable CompletableFuture<Arrival> taker;

    @GuardedBy("this")
    private @Nullable PeerConnection connection;

    /** Whether this exchange has turned the connection's reading off. */
    @GuardedBy("this")
    private boolean held;

    /** The exchange is over; the connection may serve another. */
    @GuardedBy("this")
    private boolean over;

    /** Nobody takes any more. */
    @GuardedBy("this")
    private boolean abandoned;

    /** The connection that was taken for this read; before the request goes out. */
    synchronized void on(PeerConnection taken) {
        connection = taken;
    }

    /**
     * The next arrival; waits for it.
     *
     * @return {@code Failed} with {@code TIMEOUT} when none comes in time
     */
    synchronized Arrival next(Duration timeout) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        boolean interrupted = false;
        try {
            while (arrivals.isEmpty()) {
                long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
                if (leftMillis <= 0) {
                    return new Arrival.Failed(Failure.of(ErrorCode.TIMEOUT, "no bytes came in time"));
                }
                try {
                    wait(leftMillis);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return take();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The next arrival, for a taker that does not wait: completes when it comes, on the thread that brings it. The taker may complete it
     * first, and then takes nothing more but {@link #abandon}s.
     */
    synchronized CompletableFuture<Arrival> next() {
        CompletableFuture<Arrival> next = new CompletableFuture<>();
        if (arrivals.isEmpty()) {
            taker = next;
        } else {
            next.complete(take());
        }
        return next;
    }

    @GuardedBy("this")
    private Arrival take() {
        Arrival arrival = arrivals.remove();
        if (held && arrivals.size() <= WINDOW_BLOCKS / 2) {
            held = false;
            read(true);
        }
        return arrival;
    }

    // The connection is told under the lock: in any other order a late "on" could outrun an "off".

    @GuardedBy("this")
    private void read(boolean reading) {
        if (connection != null && !over) {
            connection.setReading(reading);
        }
    }

    /** Nobody takes any more: what waits is released, and what still comes will be. */
    void abandon() {
        PeerConnection used;
        synchronized (this) {
            abandoned = true;
            used = connection;
            for (Arrival arrival : arrivals) {
                if (arrival instanceof Arrival.Block block) {
                    block.frame().release().run();
                }
            }
            arrivals.clear();
        }
        if (used != null) {
            used.abandon(this);
        }
    }

    @Override
    public void response(Response response) {
        arrived(new Arrival.Begun(response));
    }

    @Override
    public void data(Frame frame) {
        if (!arrived(new Arrival.Block(frame))) {
            frame.release().run();
        }
    }

    @Override
    public void end(End end) {
        last(new Arrival.Done(end));
    }

    @Override
    public void refused(Failure why) {
        last(new Arrival.Failed(why));
    }

    @Override
    public void broken(Failure why) {
        last(new Arrival.Failed(why));
    }

    private void last(Arrival arrival) {
        synchronized (this) {
            over = true;
        }
        arrived(arrival);
    }

    /** Whether somebody takes it, now or later. */
    private boolean arrived(Arrival arrival) {
        CompletableFuture<Arrival> waiting;
        synchronized (this) {
            if (abandoned) {
                return false;
            }
            waiting = taker;
            taker = null;
            if (waiting == null) {
                arrivals.add(arrival);
                notifyAll();
                if (!held && arrival instanceof Arrival.Block && arrivals.size() >= WINDOW_BLOCKS) {
                    held = true;
                    read(false);
                }
                return true;
            }
        }
        return waiting.complete(arrival);
    }
}
