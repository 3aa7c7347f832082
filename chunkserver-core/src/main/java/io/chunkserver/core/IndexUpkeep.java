package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the store write a checkpoint of its index now and then, so that also a start after a crash has little to read.
 *
 * <p>One step at a time, on the disk's threads.
 */
final class IndexUpkeep implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(IndexUpkeep.class);

    /** Soon after the start, which may have had to read much; late enough to leave the first requests alone. */
    private static final Duration FIRST = Duration.ofSeconds(10);

    private static final Duration INTERVAL = Duration.ofMinutes(1);

    /** What is done each time; it waits for the disk. */
    interface Step {
        void run() throws IOException;
    }

    private final ScheduledFuture<?> timer;

    private IndexUpkeep(ScheduledFuture<?> timer) {
        this.timer = timer;
    }

    static IndexUpkeep start(Step step, Environment environment) {
        return new IndexUpkeep(environment
                .timers()
                .scheduleWithFixedDelay(
                        () -> environment.disk().execute(() -> run(step)),
                        FIRST.toNanos(),
                        INTERVAL.toNanos(),
                        TimeUnit.NANOSECONDS));
    }

    /** Whoever notices that the disk has failed closes the server for writing; a checkpoint is only missed. */
    private static void run(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            LOG.warn("no checkpoint of the index was written: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.cancel(false);
    }
}
