package io.chunkserver.transport.zookeeper;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.retry.Backoff;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a step over and over on a thread of its own: at once when it is woken, else after a pause, and after growing delays as long as it
 * fails, without end. Whatever it is woken for, the step looks at how things are; so it does not matter which wakes are lost or come
 * twice. Thread-safe.
 */
final class StepLoop implements Closeable {

    /** What is done; may wait. */
    interface Step {
        void runOnce() throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);

    /** Longer than an interrupted call of ZooKeeper's client takes to notice. */
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final String name;
    private final Step step;
    private final Consumer<Exception> failed;
    private final EnsembleConfig config;
    private final RandomGenerator random;
    private final ScheduledThreadPoolExecutor thread;

    /** Used on the thread alone. */
    private Backoff backoff;

    @GuardedBy("this")
    private @Nullable Future<?> next;

    @GuardedBy("this")
    private boolean closed;

    /**
     * A loop that does nothing before it is woken.
     *
     * @param failed hears of each failure, on the loop's thread
     */
    StepLoop(String name, Step step, Consumer<Exception> failed, EnsembleConfig config, RandomGenerator random) {
        this.name = name;
        this.step = step;
        this.failed = failed;
        this.config = config;
        this.random = random;
        this.backoff = newBackoff();
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, name);
            made.setDaemon(true);
            return made;
        });
        thread.setRemoveOnCancelPolicy(true);
    }

    /** The step is done as soon as may be, once more if it is being done. */
    synchronized void wake() {
        if (!closed) {
            if (next != null) {
                next.cancel(false);
            }
            next = schedule(Duration.ZERO);
        }
    }

    private Future<?> schedule(Duration delay) {
        return thread.schedule(this::run, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    private void run() {
        synchronized (this) {
            next = null;
        }
        Duration delay;
        try {
            step.runOnce();
            backoff = newBackoff();
            delay = config.refresh();
        } catch (Exception e) {
            if (isClosed()) {
                return;
            }
            failed.accept(e);
            delay = backoff.next();
        }
        synchronized (this) {
            if (!closed && next == null) {
                next = schedule(delay);
            }
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private Backoff newBackoff() {
        return new Backoff(config.firstRetry(), config.maxRetry(), random);
    }

    /** Ends the loop: a step that is being done is interrupted and waited for, as long as it may sensibly take. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warn("a step of {} does not end; it is left behind", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
