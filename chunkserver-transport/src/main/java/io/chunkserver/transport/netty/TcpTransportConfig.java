package io.chunkserver.transport.netty;

import java.time.Duration;

/**
 * The limits of a {@link TcpTransport}.
 *
 * <p>Memory, all of it outside the heap: each I/O thread keeps one pool chunk of 1 MiB; a connection takes at most one buffer for
 * what is read or unfinished, and while reading is off another one for what had come by then, beside the frames that its receiver has
 * not released. Such a buffer takes 80 KiB of the pool, or as much
 * as the header is long, and a short frame keeps it as long as a full one does. The JVM
 * bounds the sum ({@code -XX:MaxDirectMemorySize}, by default the heap's limit); a connection that meets the bound is closed.
 *
 * @param ioThreads      threads that move bytes; they do nothing else, so few are enough
 * @param maxConnections the most accepted connections at a time; further ones are closed at once
 * @param backlog        connections that the operating system holds until they are accepted
 * @param idleTimeout    a connection on which nothing moved for so long is closed: its peer is taken for gone
 * @param handshakeTimeout how long one who connects may take to agree on TLS
 * @param lingerTimeout  how long a closed connection may take to hand over what was sent before
 */
public record TcpTransportConfig(
        int ioThreads,
        int maxConnections,
        int backlog,
        Duration idleTimeout,
        Duration handshakeTimeout,
        Duration lingerTimeout) {

    /** Two threads fill a link of 10 Gbit/s; the checksums are computed elsewhere. */
    private static final int DEFAULT_IO_THREADS = 2;

    private static final int DEFAULT_MAX_CONNECTIONS = 4096;

    /** Room for a whole cluster that connects again at the same moment. */
    private static final int DEFAULT_BACKLOG = 1024;

    /** Longer than any exchange should be silent, shorter than the hours a silent peer may be dead unnoticed. */
    private static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofMinutes(10);

    /** As long as an endpoint waits for the first frame. */
    private static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration DEFAULT_LINGER_TIMEOUT = Duration.ofSeconds(1);

    /** What suits most servers. */
    public static final TcpTransportConfig DEFAULT = new TcpTransportConfig(
            DEFAULT_IO_THREADS,
            DEFAULT_MAX_CONNECTIONS,
            DEFAULT_BACKLOG,
            DEFAULT_IDLE_TIMEOUT,
            DEFAULT_HANDSHAKE_TIMEOUT,
            DEFAULT_LINGER_TIMEOUT);

    public TcpTransportConfig {
        if (ioThreads < 1 || maxConnections < 1 || backlog < 1) {
            throw new IllegalArgumentException(
                    "a TCP transport needs at least 1 I/O thread, connection and backlog, not " + ioThreads + ", "
                            + maxConnections + " and " + backlog);
        }
        if (idleTimeout.toMillis() < 1 || handshakeTimeout.toMillis() < 1 || lingerTimeout.toMillis() < 1) {
            throw new IllegalArgumentException("idle timeout " + idleTimeout + ", handshake timeout " + handshakeTimeout
                    + " or linger timeout " + lingerTimeout + " is below 1 ms");
        }
    }
}
