package io.chunkserver.transport.client;

import java.time.Duration;

/**
 * The waits and limits of a {@link RemoteMaster}.
 *
 * @param connectTimeout how long it may take until the master has answered the hello; default 2 s
 * @param requestTimeout how long one request may take, of which a long report or status needs several; default 4 s, below the usual pause
 *                       between two heartbeats, so that these do not pile up
 * @param pool           which connections are kept; default 2 for 30 s, as heartbeats and reports go on at the same time
 */
public record RemoteMasterConfig(Duration connectTimeout, Duration requestTimeout, PoolConfig pool) {

    public static final RemoteMasterConfig DEFAULT = new RemoteMasterConfig(
            Duration.ofSeconds(2), Duration.ofSeconds(4), new PoolConfig(2, 2, Duration.ofSeconds(30)));

    public RemoteMasterConfig {
        if (connectTimeout.toMillis() < 1 || requestTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("timeouts to connect " + connectTimeout + " and for requests "
                    + requestTimeout + " must be 1 ms or above");
        }
    }
}
