package io.chunkserver.transport.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and after which delays a request is tried again. The delay before the n-th retry is drawn between 0 and
 * {@code firstDelay} times 2 to the power of n - 1, so that clients that failed together do not come back together.
 *
 * @param maxRetries   tries after the first; default 6. A store whose outcome is unknown is tried on until its time is over
 * @param firstDelay   the longest first delay; default 50 ms
 * @param longestDelay the bound to which delays grow; default 2 s
 */
public record RetryConfig(int maxRetries, Duration firstDelay, Duration longestDelay) {

    public static final RetryConfig DEFAULT = new RetryConfig(6, Duration.ofMillis(50), Duration.ofSeconds(2));

    /** Every failure is told at once, but for a store whose outcome is unknown. */
    public static final RetryConfig NONE = new RetryConfig(0, Duration.ofMillis(50), Duration.ofSeconds(2));

    /** Beyond this many doublings every delay is the longest. */
    private static final int MAX_DOUBLINGS = 30;

    public RetryConfig {
        if (maxRetries < 0 || firstDelay.toMillis() < 1 || longestDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException(maxRetries + " retries after delays from " + firstDelay + " to "
                    + longestDelay + " are not possible");
        }
    }

    /** The delay before a retry, counted from 1. */
    Duration delay(int retry, RandomGenerator random) {
        Duration bound = firstDelay.multipliedBy(1L << Math.min(retry - 1, MAX_DOUBLINGS));
        long nanos = (bound.compareTo(longestDelay) < 0 ? bound : longestDelay).toNanos();
        return Duration.ofNanos(random.nextLong(nanos + 1));
    }
}
