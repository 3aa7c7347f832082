package io.chunkserver.transport.server;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint's own threads: workers that may wait for the disk, and a timer that may not.
 *
 * <p>The workers' queue has no bound of its own: every connection has one exchange, and an exchange one task at a time.
 */
final class EndpointThreads {

    private static final Logger LOG = LoggerFactory.getLogger(EndpointThreads.class);

    private static final long IDLE_SECONDS = 30;

    /** Far shorter than deadlines are, so that they come after it. */
    private static final long PULSE_MILLIS = 250;

    private final ScheduledThreadPoolExecutor timer;
    private final ThreadPoolExecutor workers;

    EndpointThreads(int workerCount) {
        // A step that comes when the endpoint is closed has nothing left to watch.
        timer = new ScheduledThreadPoolExecutor(1, named("endpoint-timer"), new ThreadPoolExecutor.DiscardPolicy());
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        // A step that is due before all others wakes the timer's thread. Without a pulse nearly every deadline would be
        // such a step, and nearly all of them are cancelled soon.
        var unused = timer.scheduleWithFixedDelay(() -> {}, PULSE_MILLIS, PULSE_MILLIS, TimeUnit.MILLISECONDS);
        workers = new ThreadPoolExecutor(
                workerCount,
                workerCount,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                named("endpoint-worker"));
        workers.allowCoreThreadTimeOut(true);
    }

    Executor workers() {
        return workers;
    }

    Future<?> schedule(Runnable step, Duration delay) {
        return timer.schedule(step, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs the step again and again, until the endpoint is closed; also after it failed. */
    void repeat(Runnable step, Duration period) {
        Runnable lasting = () -> {
            try {
                step.run();
            } catch (RuntimeException | Error e) {
                // The timer would never run it again. Memory that was short for a moment may not end what gives memory
                // back.
                LOG.error("a step that is repeated every {} ms failed", period.toMillis(), e);
            }
        };
        var unused = timer.scheduleWithFixedDelay(lasting, period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs what was begun and takes nothing new; does not wait. */
    void close() {
        timer.shutdownNow();
        // Never shutdownNow: an interrupt would close the file that a worker reads.
        workers.shutdown();
    }

    private static ThreadFactory named(String role) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "chunkserver-" + role + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }
}
