package io.chunkserver.runner.server;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerBuilder;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.Transports;
import io.chunkserver.transport.client.RemoteReplicas;
import io.chunkserver.transport.server.ServerEndpoint;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chunk server that others reach over TCP: the one place where configuration, core and transport meet.
 *
 * <p>Safe for many threads. {@link #close} is idempotent and closes from the outside in: first nobody is answered any more,
 * then the server ends, then its connections to others.
 */
public final class RunningServer implements Closeable {

    private static final Logger logger = LoggerFactory.getLogger(RunningServer.class);
    private static final String TRANSPORT = "tcp";

    private final ChunkServer server;
    private final ServerEndpoint endpoint;
    private final Deque<Closeable> open;

    private RunningServer(ChunkServer server, ServerEndpoint endpoint, Deque<Closeable> open) {
        this.server = server;
        this.endpoint = endpoint;
        this.open = open;
    }

    /**
     * Opens the data directory and then the socket.
     *
     * @throws ChunkServerException when the directory is locked, another server's or damaged, or nothing can listen there
     */
    public static RunningServer start(RunnerConfig config) throws IOException {
        Deque<Closeable> open = new ArrayDeque<>();
        try {
            Transport transport = Transports.named(TRANSPORT);
            open.push(transport::close);
            RemoteReplicas replicas = new RemoteReplicas(transport);
            open.push(replicas);
            ChunkServer server = builder(config).replicas(replicas).start();
            open.push(server);
            ServerEndpoint endpoint = listen(config, server, transport);
            open.push(endpoint);
            return new RunningServer(server, endpoint, open);
        } catch (IOException | RuntimeException e) {
            closeAll(open, e);
            throw e;
        }
    }

    /** Opens the data directory as {@link #start} would, recovers what a crash left, and closes it again. */
    public static ServerId check(RunnerConfig config) throws IOException {
        try (ChunkServer server = builder(config).start()) {
            return server.identity().serverId();
        }
    }

    private static ChunkServerBuilder builder(RunnerConfig config) {
        ChunkServerBuilder builder = ChunkServer.builder(config.dataDir())
                .serverInfoFile(config.serverInfoFile())
                .config(ChunkServerConfig.DEFAULT
                        .withSpaceLimitBytes(config.spaceLimitBytes())
                        .withChunkSizeLimitBytes(config.chunkSizeLimitBytes())
                        .withDurability(config.durability()));
        config.serverId().ifPresent(builder::serverId);
        config.location().ifPresent(builder::location);
        return builder;
    }

    /** Listens where the configuration says; an automatic port is the one of last time where that is still free. */
    private static ServerEndpoint listen(RunnerConfig config, ChunkServer server, Transport transport)
            throws IOException {
        ServerAddress wanted = config.listen();
        ServerAddress advertise = config.advertise().orElse(null);
        int lastPort = server.identity().lastPort();
        if (wanted.port() == 0 && lastPort != 0) {
            try {
                return ServerEndpoint.open(server, transport, new ServerAddress(wanted.host(), lastPort), advertise);
            } catch (ChunkServerException e) {
                if (e.code() != ErrorCode.BAD_CONFIGURATION) {
                    throw e;
                }
                logger.warn("port {} of last time is taken, choosing another: {}", lastPort, e.getMessage());
            }
        }
        return ServerEndpoint.open(server, transport, wanted, advertise);
    }

    /** Where the server listens, with the port that was chosen. */
    public ServerAddress address() {
        return endpoint.address();
    }

    public ServerId serverId() {
        return server.identity().serverId();
    }

    /**
     * Takes no new work and waits until what is in flight is over, or the time is.
     *
     * @return whether all that was in flight has ended
     */
    public boolean drain(Duration timeout) {
        return server.drain(timeout).toCompletableFuture().join();
    }

    @Override
    public void close() throws IOException {
        IOException failure = new IOException("some parts of server " + serverId() + " could not be closed");
        closeAll(open, failure);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    private static void closeAll(Deque<Closeable> open, Exception failure) {
        synchronized (open) {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (IOException | RuntimeException e) {
                    failure.addSuppressed(e);
                }
            }
        }
    }
}
