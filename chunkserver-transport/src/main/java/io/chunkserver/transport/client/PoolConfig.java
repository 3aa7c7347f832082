package io.chunkserver.transport.client;

import java.time.Duration;

/**
 * How many connections are kept that nobody uses at the moment. A client has two such pools, one for reads and one for all else.
 *
 * @param maxIdlePerAddress to one server; default 8: as many exchanges at a time rarely begin at once again
 * @param maxIdle           to all servers together; default 64
 * @param idleTime          after which a connection that nobody used is closed; default 30 s, far below the time after which
 *                          servers and address translators forget silent connections
 */
public record PoolConfig(int maxIdlePerAddress, int maxIdle, Duration idleTime) {

    public static final PoolConfig DEFAULT = new PoolConfig(8, 64, Duration.ofSeconds(30));

    public PoolConfig {
        if (maxIdlePerAddress < 0 || maxIdle < 0 || idleTime.toMillis() < 1) {
            throw new IllegalArgumentException("a pool of " + maxIdlePerAddress + " idle connections per address, "
                    + maxIdle + " in all, for " + idleTime + " cannot be");
        }
    }
}
