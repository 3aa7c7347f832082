package io.chunkserver.core.replication;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Lets so many bytes pass per second, in the order in which they ask. Time is counted in ticks of a timer, which runs only while somebody
 * waits or what was taken is not refilled.
 *
 * <p>Thread-safe. Who is let pass goes on outside the lock.
 */
final class CopyThrottle {

    /** Short against the time that a disk takes for what passes in it. */
    static final Duration TICK = Duration.ofMillis(20);

    private final ScheduledExecutorService timers;
    private final long bytesPerTick;

    @GuardedBy("this")
    private long allowance;

    @GuardedBy("this")
    private boolean ticking;

    @GuardedBy("this")
    private final Queue<Waiter> waiters = new ArrayDeque<>();

    private record Waiter(int bytes, CompletableFuture<Void> mayPass) {}

    CopyThrottle(ScheduledExecutorService timers, long bytesPerSecond) {
        this.timers = timers;
        this.bytesPerTick = Math.max(1, bytesPerSecond * TICK.toMillis() / 1000);
        this.allowance = bytesPerTick;
    }

    /**
     * Completes when these bytes may pass. A block that is larger than what a tick allows passes when anything is allowed, and is made up
     * for by those after it. Completes exceptionally with {@code DRAINING} when no timer runs any more.
     */
    CompletionStage<Void> pass(int bytes) {
        Waiter waiter = new Waiter(bytes, new CompletableFuture<>());
        synchronized (this) {
            waiters.add(waiter);
        }
        serve();
        return waiter.mayPass();
    }

    private void tick() {
        synchronized (this) {
            ticking = false;
            allowance = Math.min(bytesPerTick, allowance + bytesPerTick);
        }
        serve();
    }

    private void serve() {
        List<Waiter> served = new ArrayList<>();
        boolean startTicking;
        synchronized (this) {
            while (allowance > 0 && !waiters.isEmpty()) {
                Waiter next = waiters.remove();
                allowance -= next.bytes();
                served.add(next);
            }
            startTicking = !ticking && (allowance < bytesPerTick || !waiters.isEmpty());
            ticking |= startTicking;
        }
        if (startTicking) {
            schedule();
        }
        served.forEach(waiter -> waiter.mayPass().complete(null));
    }

    private void schedule() {
        try {
            var unused = timers.schedule(this::tick, TICK.toNanos(), NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            List<Waiter> left;
            synchronized (this) {
                left = List.copyOf(waiters);
                waiters.clear();
            }
            left.forEach(waiter -> waiter.mayPass()
                    .completeExceptionally(Failure.of(ErrorCode.DRAINING, "the server is closed")
                            .toException(closed)));
        }
    }
}
