package io.chunkserver.runner.server;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerBuilder;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.SessionConfig;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.config.RunnerConfig;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.RemoteMaster;
import io.chunkserver.transport.client.RemoteMasterConfig;
import io.chunkserver.transport.client.RemoteReplicas;
import io.chunkserver.transport.client.ReplicasConfig;
import io.chunkserver.transport.protocol.ServerStatus;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.EndpointObserver;
import io.chunkserver.transport.server.ServerEndpoint;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import io.chunkserver.transport.zookeeper.EnsembleConfig;
import io.chunkserver.transport.zookeeper.ServerRegistration;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * A chunk server that others reach over TCP: the one place where configuration, core and transport meet.
 *
 * <p>Safe for many threads. {@link #close} is idempotent and closes from the outside in: first nobody is answered any more,
 * then the server ends, then its connections to others.
 */
public final class RunningServer implements Closeable {

    private final ChunkServer server;
    private final ServerEndpoint endpoint;
    private final Deque<Closeable> open;

    private RunningServer(ChunkServer server, ServerEndpoint endpoint, Deque<Closeable> open) {
        this.server = server;
        this.endpoint = endpoint;
        this.open = open;
    }

    /** The same, and nobody counts what happens. */
    public static RunningServer start(RunnerConfig config) throws IOException {
        return start(config, Set.of(), EndpointObserver.NONE);
    }

    /**
     * Opens the data directories and then the socket.
     *
     * @param givenUp  ids of data directories that are lost for good
     * @param observer is told of connections and requests
     * @throws ChunkServerException when the directory is locked, another server's or damaged, or nothing can listen there
     */
    public static RunningServer start(RunnerConfig config, Set<UUID> givenUp, EndpointObserver observer)
            throws IOException {
        Deque<Closeable> open = new ArrayDeque<>();
        try {
            Transport transport = TcpTransports.openToListen(config.security());
            open.push(transport::close);
            if (!Files.exists(config.dataDir())) {
                // So that a refusal leaves no directory behind: one that is there knows the port of the last time.
                ServerEndpoint.checkListen(transport, config.listen());
            }
            RemoteReplicas replicas = new RemoteReplicas(transport, ReplicasConfig.DEFAULT);
            open.push(replicas::close);
            List<KnownMaster> masters = new ArrayList<>();
            for (ServerAddress address : config.masters()) {
                RemoteMaster master = new RemoteMaster(transport, address, RemoteMasterConfig.DEFAULT);
                open.push(master::close);
                masters.add(new KnownMaster(address.toString(), master));
            }
            ChunkServer server =
                    open(builder(config, givenUp).replicas(replicas).masters(masters), config);
            open.push(server);
            ServerEndpoint endpoint = ServerEndpoint.open(
                    server, transport, config.listen(), config.givenAdvertise(), EndpointConfig.DEFAULT, observer);
            open.push(endpoint::close);
            config.zooKeeper().ifPresent(ensemble -> open.push(register(server, transport, ensemble)));
            return new RunningServer(server, endpoint, open);
        } catch (IOException | RuntimeException e) {
            closeAll(open, e);
            throw e;
        }
    }

    private static Closeable register(ChunkServer server, Transport transport, EnsembleAddress ensemble) {
        return ServerRegistration.start(server, transport, ensemble, EnsembleConfig.DEFAULT, new SecureRandom());
    }

    private static ChunkServer open(ChunkServerBuilder builder, RunnerConfig config) throws IOException {
        try {
            return builder.start();
        } catch (FileSystemException e) {
            throw UnusableDirectory.failure(directoryOf(e, config), e);
        }
    }

    /** The data directory with the file that failed. */
    private static Path directoryOf(FileSystemException failure, RunnerConfig config) {
        Path file = failure.getFile() == null
                ? config.dataDir()
                : Path.of(failure.getFile()).toAbsolutePath();
        return config.dataDirs().stream()
                .filter(directory -> file.startsWith(directory.toAbsolutePath()))
                .findFirst()
                .orElse(config.dataDir());
    }

    private static ChunkServerBuilder builder(RunnerConfig config, Set<UUID> givenUp) {
        ChunkServerBuilder builder = ChunkServer.builder(config.dataDir())
                .serverInfoFile(config.serverInfoFile())
                .config(ChunkServerConfig.DEFAULT
                        .withSpaceLimitBytes(config.spaceLimitBytes())
                        .withChunkSizeLimitBytes(config.chunkSizeLimitBytes())
                        .withDurability(config.durability())
                        .withScrub(config.scrub())
                        .withSpace(config.space())
                        .withSession(SessionConfig.DEFAULT.withHeartbeatInterval(config.heartbeatInterval())));
        config.dataDirs().stream().skip(1).forEach(builder::dataDirectory);
        givenUp.forEach(builder::giveUpDirectory);
        config.serverId().ifPresent(builder::serverId);
        config.location().ifPresent(builder::location);
        config.zooKeeper().ifPresent(ensemble -> builder.mastersLater());
        return builder;
    }

    /** Where the server listens, with the port that was chosen. */
    public ServerAddress address() {
        return endpoint.address();
    }

    /** What it tells whoever asks; touches no disk. */
    public ServerStatus status() {
        return endpoint.status();
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
