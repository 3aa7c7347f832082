package io.chunkserver.transport.client;

import java.time.Duration;

/**
 * The waits and limits of a {@link ChunkClient}.
 *
 * @param connectTimeout  how long it may take until a server has answered the hello; default 3 s
 * @param requestTimeout  how long a question without bytes may take, retries included; default 10 s
 * @param transferTimeout how long a read may take, retries included; default 60 s, which is 1 GiB at 20 MB/s. Stores say it
 *                        themselves
 * @param retries         what is tried again, and when
 * @param pool            which connections are kept
 */
public record ClientConfig(
        Duration connectTimeout,
        Duration requestTimeout,
        Duration transferTimeout,
        RetryConfig retries,
        PoolConfig pool) {

    public static final ClientConfig DEFAULT = new ClientConfig(
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            RetryConfig.DEFAULT,
            PoolConfig.DEFAULT);

    public ClientConfig {
        if (connectTimeout.toMillis() < 1 || requestTimeout.toMillis() < 1 || transferTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("timeouts to connect " + connectTimeout + ", ask " + requestTimeout
                    + " and read " + transferTimeout + " must be 1 ms or above");
        }
    }

    public ClientConfig withConnectTimeout(Duration timeout) {
        return new ClientConfig(timeout, requestTimeout, transferTimeout, retries, pool);
    }

    public ClientConfig withRequestTimeout(Duration timeout) {
        return new ClientConfig(connectTimeout, timeout, transferTimeout, retries, pool);
    }

    public ClientConfig withTransferTimeout(Duration timeout) {
        return new ClientConfig(connectTimeout, requestTimeout, timeout, retries, pool);
    }

    public ClientConfig withRetries(RetryConfig newRetries) {
        return new ClientConfig(connectTimeout, requestTimeout, transferTimeout, newRetries, pool);
    }

    public ClientConfig withPool(PoolConfig newPool) {
        return new ClientConfig(connectTimeout, requestTimeout, transferTimeout, retries, newPool);
    }
}
