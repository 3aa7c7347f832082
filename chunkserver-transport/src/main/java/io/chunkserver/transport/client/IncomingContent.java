package io.chunkserver.transport.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Response;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one copy, from the connection's thread to whoever takes them. While enough of them wait, the connection hands on no
 * more.
 *
 * <p>Safe for one thread that brings and one that takes.
 */
final class IncomingContent implements Reply {

    /** Blocks that may wait for the reader: 1 MiB. */
    private static final int WINDOW_BLOCKS = 16;

    @GuardedBy("this")
    private final Queue<Arrival> arrivals = new ArrayDeque<>();

    /** Who waits for the next arrival; then nothing else waits. */
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
     * The next arrival: completes when it comes, on the thread that brings it. The taker may complete it first, and then takes nothing more
     * but {@link #abandon}s.
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
