package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries again what may succeed a moment later. Blocks; safe for many threads if the random generator is. */
final class Retries {

    private static final Logger LOG = LoggerFactory.getLogger(Retries.class);

    /** One try. */
    interface Attempt<T> {

        /**
         * Tries.
         *
         * @param left the time that is left, above 0
         */
        T run(Duration left) throws IOException;
    }

    private final RetryConfig config;
    private final RandomGenerator random;
    private final Timers timers;

    Retries(RetryConfig config, RandomGenerator random, Timers timers) {
        this.config = config;
        this.random = random;
        this.timers = timers;
    }

    /** Tries until it succeeds, fails for good, or has been tried often enough. */
    <T> T run(Duration timeout, Attempt<T> attempt) throws IOException {
        return run(timeout, () -> false, attempt);
    }

    /**
     * Tries until it succeeds, fails in another way than this one that passes by itself, or the time is over, however often that takes.
     *
     * @param passing what says that it is worth waiting
     */
    <T> T outlast(ErrorCode passing, Duration timeout, Attempt<T> attempt) throws IOException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        @Nullable ChunkServerException waitedFor = null;
        for (int retry = 1; ; retry++) {
            try {
                return attempt.run(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
            } catch (ChunkServerException e) {
                Duration delay = config.delay(retry, random);
                boolean over = isOver(deadlineNanos, delay);
                // A try that was cut short by the end of the time says less than the one before.
                boolean cutShort = over && e.code() == ErrorCode.TIMEOUT && waitedFor != null;
                if (cutShort) {
                    throw waitedFor;
                }
                if (e.code() != passing || over) {
                    throw e;
                }
                waitedFor = e;
                if (retry == 1) {
                    LOG.warn("waiting until it is over: {}", e.getMessage());
                }
                timers.pause(delay);
            }
        }
    }

    /**
     * The same as {@link #run(Duration, Attempt)}.
     *
     * @param persistent whether to go on until the time is over, however often it was tried
     */
    <T> T run(Duration timeout, BooleanSupplier persistent, Attempt<T> attempt) throws IOException {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        int retry = 0;
        while (true) {
            try {
                return attempt.run(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
            } catch (ChunkServerException e) {
                retry++;
                Duration delay = config.delay(retry, random);
                boolean often = retry > config.maxRetries() && !persistent.getAsBoolean();
                if (!e.code().retryable()) {
                    throw e;
                }
                if (often || isOver(deadlineNanos, delay)) {
                    throw retry == 1 ? e : last(e, retry, timeout.toNanos() - (deadlineNanos - System.nanoTime()));
                }
                LOG.debug("retry {} in {} ms after: {}", retry, delay.toMillis(), e.getMessage());
                timers.pause(delay);
            }
        }
    }

    /** Whether it is not tried again after this delay: the time is over by then, or the client is closed. */
    private boolean isOver(long deadlineNanos, Duration delay) {
        return timers.isClosed() || deadlineNanos - System.nanoTime() <= delay.toNanos();
    }

    /** A failure that tells of the last try alone would speak of what was left of the time as if it were all. */
    private static ChunkServerException last(ChunkServerException failed, int tries, long tookNanos) {
        long tookMillis = Duration.ofNanos(tookNanos).toMillis();
        Failure last = failed.failure();
        return last.withMessage(last.message() + "; that was the last of " + tries + " tries in " + tookMillis + " ms")
                .toException(failed);
    }
}
