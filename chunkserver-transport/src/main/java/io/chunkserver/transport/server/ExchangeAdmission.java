package io.chunkserver.transport.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.protocol.Request;
import java.time.Duration;
import java.util.Optional;

/**
 * Which requests are taken, and how many exchanges there are. Safe for many threads.
 *
 * <p>Only what moves bytes or holds a chunk is limited. Were commits refused as well, a server at its limit could not finish what it
 * has begun.
 */
final class ExchangeAdmission {

    private final int maxTransfers;

    @GuardedBy("this")
    private int transfers;

    @GuardedBy("this")
    private int exchanges;

    @GuardedBy("this")
    private boolean closed;

    ExchangeAdmission(int maxTransfers) {
        this.maxTransfers = maxTransfers;
    }

    /** Counts the request in; or says why not. */
    synchronized Optional<Failure> enter(Request request) {
        if (isTransfer(request)) {
            if (closed) {
                return Optional.of(Failure.of(ErrorCode.DRAINING, "the server is going down")
                        .withHint("use another server"));
            }
            if (transfers >= maxTransfers) {
                return Optional.of(
                        Failure.of(ErrorCode.OVERLOADED, maxTransfers + " stores and reads are under way already")
                                .withHint("try again later"));
            }
            transfers++;
        }
        exchanges++;
        return Optional.empty();
    }

    synchronized void leave(Request request) {
        if (isTransfer(request)) {
            transfers--;
        }
        exchanges--;
        if (exchanges == 0) {
            notifyAll();
        }
    }

    /** Takes no transfers from now on. */
    synchronized void close() {
        closed = true;
    }

    /**
     * Waits until no exchange is under way.
     *
     * @return false when the time is over or the thread is interrupted, which stays interrupted
     */
    synchronized boolean awaitIdle(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (exchanges > 0) {
            long leftMillis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
            if (leftMillis <= 0) {
                return false;
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private static boolean isTransfer(Request request) {
        return request instanceof Request.Store
                || request instanceof Request.Delete
                || request instanceof Request.Prepare
                || request instanceof Request.Read
                || request instanceof Request.Fetch;
    }
}
