package io.chunkserver.transport.zookeeper;

import java.time.Duration;

/**
 * The waits of whoever uses an ensemble.
 *
 * @param sessionTimeout how long the ensemble waits for a silent client before its nodes go, and so how long a dead leader stays the
 *                       leader; default 10 s, within the bounds of an ensemble with the usual tick of 2 s, and longer than the pauses of
 *                       a virtual machine
 * @param connectTimeout how long one try to reach the ensemble may take before it is told as failed; default 3 s
 * @param refresh        how often what watches should have told is read anyway; default 10 s
 * @param firstRetry     after a first failure; doubles up to {@code maxRetry}, without end. Default 250 ms
 * @param maxRetry       default 10 s
 */
public record EnsembleConfig(
        Duration sessionTimeout, Duration connectTimeout, Duration refresh, Duration firstRetry, Duration maxRetry) {

    public static final EnsembleConfig DEFAULT = new EnsembleConfig(
            Duration.ofSeconds(10),
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            Duration.ofMillis(250),
            Duration.ofSeconds(10));

    public EnsembleConfig {
        if (sessionTimeout.toMillis() < 1
                || connectTimeout.toMillis() < 1
                || refresh.toMillis() < 1
                || firstRetry.toMillis() < 1
                || maxRetry.compareTo(firstRetry) < 0) {
            throw new IllegalArgumentException("sessions of " + sessionTimeout + ", tries of " + connectTimeout
                    + ", a look every " + refresh + " and retries after " + firstRetry + " to " + maxRetry
                    + " cannot be");
        }
    }

    /** The same with a look at least as often as this. */
    EnsembleConfig withRefreshWithin(Duration pause) {
        Duration shorter = refresh.compareTo(pause) < 0 ? refresh : pause;
        return new EnsembleConfig(sessionTimeout, connectTimeout, shorter, firstRetry, maxRetry);
    }
}
