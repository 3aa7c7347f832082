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

    /** The timer of the next look, which {@link #start} may replace by an earlier one. */
    @GuardedBy("this")
    private @Nullable ScheduledFuture<?> next;

    /** How many timers there were: one that was replaced while it went off finds that it is not the last. */
    @GuardedBy("this")
    private long timers;

    /** A look or a step is being done, which sets the next timer itself. */
    @GuardedBy("this")
    private boolean underWay;

    /** A cycle was asked for while a look or a step was under way that perhaps did not see it. */
    @GuardedBy("this")
    private boolean hurry;

    @GuardedBy("this")
    private @Nullable BackgroundStep quarantine;

    @GuardedBy("this")
    private boolean closed;

    ScrubSchedule(Scrubber scrubber, QuarantineUpkeep upkeep, ScrubConfig config, Environment environment) {
        this.scrubber = scrubber;
        this.upkeep = upkeep;
        this.config = config;
        this.environment = environment;
    }

    synchronized ScrubSchedule begin() {
        quarantine =
                BackgroundStep.start("the upkeep of the quarantine", this::keepUp, FIRST, UPKEEP_INTERVAL, environment);
        after(FIRST);
        return this;
    }

    /** Begins a cycle now; false when one is under way. */
    synchronized boolean start() {
        boolean begun = scrubber.start();
        if (begun && underWay) {
            hurry = true;
        } else if (begun) {
            cancel(next);
            after(Duration.ZERO);
        }
        return begun;
    }

    private synchronized void after(Duration delay) {
        if (closed) {
            return;
        }
        timers++;
        long timer = timers;
        try {
            next = environment.timers().schedule(() -> look(timer), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closing) {
            closed = true;
        }
    }

    /** What has nothing to do leaves the disk alone. */
    private void look(long timer) {
        if (!isTurnOf(timer)) {
            return;
        }
        if (!scrubber.isDue()) {
            goOn(IDLE_LOOK);
            return;
        }
        try {
            environment.disk().execute(this::step);
        } catch (RejectedExecutionException closing) {
            LOG.debug("the server closes, nothing more is examined");
        }
    }

    /** A timer may go off while another takes its place: then {@code cancel} comes too late, and only the last counts. */
    private synchronized boolean isTurnOf(long timer) {
        if (closed || timer != timers) {
            return false;
        }
        underWay = true;
        return true;
    }

    /** A defect costs the scrub a while and is told, and does not end it for good. */
    private void step() {
        Duration pause = IDLE_LOOK;
        try {
            pause = scrubber.runOnce();
        } catch (RuntimeException defect) {
            LOG.error("defect: a step of the scrub failed, it goes on in {} s", pause.toSeconds(), defect);
        } finally {
            goOn(pause);
        }
    }

    private synchronized void goOn(Duration pause) {
        underWay = false;
        after(hurry ? Duration.ZERO : pause);
        hurry = false;
    }

    private void keepUp() throws IOException {
        if (!upkeep.nothingToDo()) {
            int kept = upkeep.runOnce(environment.clock().instant(), config.quarantineRetention());
            LOG.debug("{} files are in the quarantine", kept);
        }
    }

    /** Begins no step any more. */
    @Override
    public synchronized void close() {
        closed = true;
        cancel(next);
        if (quarantine != null) {
            quarantine.close();
        }
    }

    private static void cancel(@Nullable ScheduledFuture<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
