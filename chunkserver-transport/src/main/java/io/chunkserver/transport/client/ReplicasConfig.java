package io.chunkserver.transport.client;

import java.time.Duration;

/**
 * The waits and limits of {@link RemoteReplicas}.
 *
 * @param connectTimeout   how long it may take until another server has answered the hello; default 3 s, which is below the time
 *                         after which a chain gives up a member that takes no bytes, so that the reason is the true one
 * @param messageTimeout   how long a commit, an abort or a question may take; default 5 s. Core sends them again. Also how long the next
 *                         block of a copy may take to come, after which the copy goes on from another server
 * @param identityLifetime how long a server's name and place are believed before it is asked again; default 10 s
 * @param pool             which connections are kept
 */
public record ReplicasConfig(
        Duration connectTimeout, Duration messageTimeout, Duration identityLifetime, PoolConfig pool) {

    public static final ReplicasConfig DEFAULT = new ReplicasConfig(
            Duration.ofSeconds(3), Duration.ofSeconds(5), Duration.ofSeconds(10), PoolConfig.DEFAULT);

    public ReplicasConfig {
        if (connectTimeout.toMillis() < 1 || messageTimeout.toMillis() < 1 || identityLifetime.isNegative()) {
            throw new IllegalArgumentException("timeouts to connect " + connectTimeout + " and for messages "
                    + messageTimeout + " or the identity lifetime " + identityLifetime + " are too short");
        }
    }
}
