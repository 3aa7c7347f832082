package io.chunkserver.transport.client;

import io.chunkserver.core.error.Failure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Steps after a delay, and stages that end in time. Safe for many threads. */
final class Timers implements AutoCloseable {

    private final ScheduledExecutorService executor;

    private Timers(ScheduledExecutorService executor) {
        this.executor = executor;
    }

    /** Timers on a thread of their own. */
    static Timers start(String threadName) {
        // A step that comes after the end is due at once, lest somebody wait for it for ever.
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(
                1,
                task -> {
                    Thread thread = new Thread(task, threadName);
                    thread.setDaemon(true);
                    return thread;
                },
                (step, closed) -> step.run());
        executor.setRemoveOnCancelPolicy(true);
        return new Timers(executor);
    }

    Future<?> schedule(Runnable step, Duration delay) {
        return executor.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    void repeat(Runnable step, Duration period) {
        var unused = executor.scheduleWithFixedDelay(step, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Done after the delay. */
    CompletableFuture<Void> after(Duration delay) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        var unused = schedule(() -> over.complete(null), delay);
        return over;
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

    /** Takes nothing new; what is scheduled still happens in its time. */
    @Override
    public void close() {
        executor.shutdown();
    }
}
