package io.chunkserver.transport.client;

import com.google.common.util.concurrent.Futures;
import io.chunkserver.core.error.Failure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Steps after a delay, and stages that end in time. Safe for many threads. */
final class Timers implements AutoCloseable {

    private final ScheduledExecutorService executor;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private Timers(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /** Timers on a thread of their own. */
    static Timers start(String threadName) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, threadName);
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        return new Timers(executor);
    }

    /** Runs the step after the delay; on the caller's thread at once when it comes after the end, lest somebody wait for it for ever. */
    Future<?> schedule(Runnable step, Duration delay) {
        try {
            Future<?> scheduled = executor.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
            // What comes just when the executor ends is not rejected: that cancels it and says nothing.
            if (!scheduled.isCancelled()) {
                return scheduled;
            }
        } catch (RejectedExecutionException closed) {
            // It is run below.
        }
        step.run();
        return Futures.immediateVoidFuture();
    }

    /** Whether the end has come: nothing is worth another try. */
    boolean isClosed() {
        return ended.isDone();
    }

    void repeat(Runnable step, Duration period) {
        var unused = executor.scheduleWithFixedDelay(step, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for the delay, or until the end. */
    void pause(Duration delay) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        Future<?> timer = schedule(() -> over.complete(null), delay);
        var unused = CompletableFuture.anyOf(over, ended).join();
        timer.cancel(false);
    }

    /** The stage, or the failure if it takes longer. */
    <T> CompletionStage<T> within(CompletionStage<T> stage, Duration timeout, Failure late) {
        CompletableFuture<T> bounded = new CompletableFuture<>();
        Future<?> timer = schedule(() -> bounded.completeExceptionally(late.toException()), timeout);
        stage.whenComplete((value, thrown) -> {
            timer.cancel(false);
            if (thrown == null) {
                bounded.complete(value);
            } else {
                bounded.completeExceptionally(thrown);
            }
        });
        return bounded;
    }

    /** Takes nothing new, and ends each {@link #pause}; what else is scheduled still happens in its time. */
    @Override
    public void close() {
        ended.complete(null);
        executor.shutdown();
    }
}
