package io.chunkserver.core.membership;

import java.time.Duration;

/**
 * The waits of a server's sessions with its masters.
 *
 * @param heartbeatInterval    from one heartbeat to the next when nothing happens; default 5 s
 * @param minHeartbeatInterval between two heartbeats even when much happens; default 250 ms
 * @param reportDelay          how long changes are gathered before they are reported; default 100 ms: a chunk is found soon after it was
 *                             stored, and a thousand stores a second are ten messages
 * @param firstRetry           after the first failure; doubles up to {@code maxRetry}. Default 250 ms
 * @param maxRetry             default 10 s: twice the heartbeat's interval, so that a master that was away is told within that time
 */
public record SessionConfig(
        Duration heartbeatInterval,
        Duration minHeartbeatInterval,
        Duration reportDelay,
        Duration firstRetry,
        Duration maxRetry) {

    public static final SessionConfig DEFAULT = new SessionConfig(
            Duration.ofSeconds(5),
            Duration.ofMillis(250),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofSeconds(10));

    public SessionConfig {
        if (minHeartbeatInterval.isNegative()
                || heartbeatInterval.compareTo(minHeartbeatInterval) < 0
                || reportDelay.isNegative()
                || firstRetry.isNegative()
                || firstRetry.isZero()
                || maxRetry.compareTo(firstRetry) < 0) {
            throw new IllegalArgumentException("heartbeats every " + heartbeatInterval + ", not within "
                    + minHeartbeatInterval + ", reports after " + reportDelay + " and retries after " + firstRetry
                    + " to " + maxRetry + " cannot be");
        }
    }

    /** The same with another pause between heartbeats; the shorter waits are never longer, the longest is twice that. */
    public SessionConfig withHeartbeatInterval(Duration interval) {
        Duration twice = interval.multipliedBy(2);
        return new SessionConfig(
                interval,
                shorter(minHeartbeatInterval, interval),
                shorter(reportDelay, interval),
                shorter(firstRetry, interval),
                twice);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
