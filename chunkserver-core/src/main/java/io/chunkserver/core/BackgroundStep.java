package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that is done now and then as long as a server is open, on the disk's threads where it needs them.
 *
 * <p>One step at a time: while the disk keeps one waiting no other is begun.
 */
final class BackgroundStep implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(BackgroundStep.class);

    /** What is done each time; it may wait for the disk. */
    interface Step {
        void run() throws IOException;
    }

    private final String what;
    private final Step step;
    private final Executor executor;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private final ScheduledFuture<?> timer;

    private BackgroundStep(
            String what,
            Step step,
            Duration first,
            Duration interval,
            ScheduledExecutorService timers,
            Executor executor) {
        this.what = what;
        this.step = step;
        this.executor = executor;
        this.timer =
                timers.scheduleWithFixedDelay(this::submit, first.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Begins to do this again and again.
     *
     * @param what what it is, in messages
     */
    static BackgroundStep start(String what, Step step, Duration first, Duration interval, Environment environment) {
        return new BackgroundStep(what, step, first, interval, environment.timers(), environment.disk());
    }

    /** The same for a step that waits for nothing. */
    static BackgroundStep startWithoutDisk(String what, Step step, Duration interval, Environment environment) {
        return new BackgroundStep(what, step, interval, interval, environment.timers(), Runnable::run);
    }

    private void submit() {
        if (underWay.compareAndSet(false, true)) {
            try {
                executor.execute(this::run);
            } catch (RejectedExecutionException closing) {
                underWay.set(false);
            }
        }
    }

    /** Whoever notices that the disk has failed closes the server for writing; this step is only missed. */
    private void run() {
        try {
            step.run();
        } catch (IOException e) {
            LOG.warn("{} failed, and is tried again later: {}", what, e.getMessage());
        } catch (RuntimeException defect) {
            LOG.error("defect: {} failed", what, defect);
        } finally {
            underWay.set(false);
        }
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
