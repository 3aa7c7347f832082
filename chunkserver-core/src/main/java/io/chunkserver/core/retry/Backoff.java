package io.chunkserver.core.retry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Delays that double from a first to a longest one, each shortened by up to a half by chance. Not thread-safe. */
public final class Backoff {

    private final Duration longest;
    private final RandomGenerator random;
    private Duration upcoming;

    public Backoff(Duration first, Duration longest, RandomGenerator random) {
        this.upcoming = first;
        this.longest = longest;
        this.random = random;
    }

    /** The next delay. */
    public Duration next() {
        long nanos = upcoming.toNanos();
        Duration doubled = upcoming.multipliedBy(2);
        upcoming = doubled.compareTo(longest) > 0 ? longest : doubled;
        return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
    }
}
