package io.chunkserver.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.scrub.Scrubber;
import io.chunkserver.core.store.QuarantineUpkeep;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has the scrubber and the upkeep of the quarantine do their steps on the disk's threads, one at a time each. */
final class ScrubSchedule implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ScrubSchedule.class);

    /** Late enough to leave the first requests of a start alone. */
    private static final Duration FIRST = Duration.ofSeconds(30);

    /** How often it is looked whether another cycle is due. */
    private static final Duration IDLE_LOOK = Duration.ofMinutes(1);

    private static final Duration UPKEEP_INTERVAL = Duration.ofHours(1);

    private final Scrubber scrubber;
    private final QuarantineUpkeep upkeep;
    private final ScrubConfig config;
    private final Environment environment;

    /** The timer of the next step, which {@link #start} may replace by an earlier one. */
    @GuardedBy("this")
    private @Nullable ScheduledFuture<?> next;

    @GuardedBy("this")
    private @Nullable ScheduledFuture<?> upkeepTimer;
    /** A cycle was asked for, perhaps while a step was under way that did not see it. */
    @GuardedBy("this")
    private boolean hurry;

    @GuardedBy("this")
    private boolean closed;

    ScrubSchedule(Scrubber scrubber, QuarantineUpkeep upkeep, ScrubConfig config, Environment environment) {
        this.scrubber = scrubber;
        this.upkeep = upkeep;
        this.config = config;
        this.environment = environment;
    }

    synchronized ScrubSchedule begin() {
        upkeepTimer = environment
                .timers()
                .scheduleWithFixedDelay(
                        this::lookAtQuarantine, FIRST.toNanos(), UPKEEP_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
        after(FIRST);
        return this;
    }

    /** Begins a cycle now; false when one is under way. */
    synchronized boolean start() {
        boolean begun = scrubber.start();
        // A step that is under way sets the next timer itself.
        hurry = begun;
        ScheduledFuture<?> waiting = next;
        if (begun && waiting != null && waiting.cancel(false)) {
            after(Duration.ZERO);
        }
        return begun;
    }

    private synchronized void after(Duration delay) {
        if (closed) {
            return;
        }
        try {
            next = environment.timers().schedule(this::look, delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            closed = true;
        }
    }

    /** What has nothing to do leaves the disk alone. */
    private void look() {
        if (scrubber.isDue()) {
            onDisk(this::step);
        } else {
            after(IDLE_LOOK);
        }
    }

    private void lookAtQuarantine() {
        if (!upkeep.nothingToDo()) {
            onDisk(this::keepUp);
        }
    }

    private void onDisk(Runnable work) {
        try {
            environment.disk().execute(work);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the server closes, nothing more is examined");
        }
    }

    private void step() {
        Duration pause = scrubber.runOnce();
        synchronized (this) {
            after(hurry ? Duration.ZERO : pause);
            hurry = false;
        }
    }

    private void keepUp() {
        try {
            int kept = upkeep.runOnce(environment.clock().instant(), config.quarantineRetention());
            LOG.debug("{} files are in the quarantine", kept);
        } catch (IOException e) {
            LOG.warn("the quarantine was not looked through: {}", e.getMessage());
        }
    }

    /** Begins no step any more. */
    @Override
    public synchronized void close() {
        closed = true;
        cancel(next);
        cancel(upkeepTimer);
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
