package io.chunkserver.transport.server;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.ServerIdentity;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.Software;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link ChunkServer} on a network: listens, and serves whoever connects.
 *
 * <p>It owns its listener and its accepted connections; the server and the transport are the caller's, who closes the endpoint first,
 * then the server, then the transport.
 *
 * <p><b>Threads.</b> Safe for many threads. The transport's threads never wait here.
 *
 * <p><b>Limits.</b> {@link EndpointConfig}. A client that does not keep to the protocol harms its own connection only; one that
 * vanishes in the middle of a store leaves nothing behind.
 */
public final class ServerEndpoint implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerEndpoint.class);

    private final EndpointConfig config;
    private final EndpointThreads threads;
    private final ExchangeAdmission admission;
    private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Set once, before anybody has the endpoint in hand. */
    private @Nullable Listener listener;

    /**
     * What clients are told and who serves them. Both name the port, which is known only when the first client may have come
     * already; that one is turned away.
     */
    private volatile @Nullable Service service;

    private record Service(ServerHello hello, RequestHandler handler) {}

    private ServerEndpoint(EndpointConfig config) {
        this.config = config;
        this.threads = new EndpointThreads(config.workers());
        this.admission = new ExchangeAdmission(config.maxTransfers());
    }

    /**
     * Puts a server on the network, and tells it so; waits until it listens.
     *
     * @param listen    where to listen. Port 0 takes the port of the last time, as the data directory remembers it, or a free one
     *                  when that is taken or there was none
     * @param advertise where others reach the server; its port 0 stands for the one that is listened on. Null when it is the
     *                  same as {@code listen}, which must be an address that means the same everywhere then
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when the address is in use or not this machine's
     */
    public static ServerEndpoint open(
            ChunkServer server,
            Transport transport,
            ServerAddress listen,
            @Nullable ServerAddress advertise,
            EndpointConfig config)
            throws IOException {
        ServerEndpoint endpoint = new ServerEndpoint(config);
        try {
            endpoint.start(server, transport, listen, advertise);
        } catch (IOException | RuntimeException e) {
            endpoint.close();
            throw e;
        }
        return endpoint;
    }

    private void start(ChunkServer server, Transport transport, ServerAddress listen, @Nullable ServerAddress advertise)
            throws IOException {
        Listener opened = listen(transport, listen, server.identity(), this::accept);
        listener = opened;
        ServerAddress reachable = reachable(opened.address(), advertise);
        server.reachableAt(reachable.toString(), opened.address().port());
        RequestHandler handler = new RequestHandler(server, reachable, config, threads);
        service = new Service(hello(server, reachable), handler);
        threads.repeat(
                () -> connections.forEach(connection -> connection.look(config.stallTimeout())),
                StallWatch.period(config.stallTimeout()));
        LOG.info("server {} listens on {} and is reached at {}", server.self().id(), opened.address(), reachable);
    }

    private static Listener listen(
            Transport transport,
            ServerAddress address,
            ServerIdentity identity,
            Function<Connection, FrameReceiver> receivers)
            throws ChunkServerException {
        if (address.port() == 0 && identity.lastPort() != 0) {
            try {
                return listen(transport, new ServerAddress(address.host(), identity.lastPort()), receivers);
            } catch (ChunkServerException taken) {
                LOG.info("port {} of the last time cannot be had: {}", identity.lastPort(), taken.getMessage());
            }
        }
        return listen(transport, address, receivers);
    }

    private static Listener listen(
            Transport transport, ServerAddress address, Function<Connection, FrameReceiver> receivers)
            throws ChunkServerException {
        try {
            return transport.listen(address, receivers).toCompletableFuture().join();
        } catch (CompletionException e) {
            throw ChunkServerException.from(e);
        }
    }

    private static ServerAddress reachable(ServerAddress listening, @Nullable ServerAddress advertise) {
        if (advertise == null) {
            return listening;
        }
        return advertise.port() == 0 ? new ServerAddress(advertise.host(), listening.port()) : advertise;
    }

    private static ServerHello hello(ChunkServer server, ServerAddress reachable) {
        ServerIdentity identity = server.identity();
        return new ServerHello(
                FrameFormat.VERSION,
                identity.serverId(),
                identity.uuid(),
                identity.logId(),
                reachable,
                identity.location(),
                server.config().chunkSizeLimitBytes(),
                Software.NAME);
    }

    /** Where it listens, with the port that was chosen. */
    public ServerAddress address() {
        return listening().address();
    }

    private Listener listening() {
        Listener opened = listener;
        if (opened == null) {
            throw new IllegalStateException("the endpoint does not listen yet");
        }
        return opened;
    }

    private FrameReceiver accept(Connection connection) {
        Service ready = service;
        if (ready == null) {
            connection.close();
            return new TurnedAway();
        }
        ServerConnection accepted =
                new ServerConnection(connection, ready.hello(), ready.handler(), admission, connections::remove);
        connections.add(accepted);
        accepted.begin(threads, config);
        if (closed.get()) {
            connection.close();
        }
        return accepted;
    }

    /** The other end of a connection that was closed when it came; whoever opened it tries again. */
    private static final class TurnedAway implements FrameReceiver {

        @Override
        public void receive(Frame frame) {
            frame.release().run();
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            // It was never open.
        }
    }

    /**
     * Stops accepting and taking stores and reads; lets those under way end, within the close timeout; closes all connections.
     * Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        admission.close();
        if (listener != null) {
            listener.close();
        }
        if (!admission.awaitIdle(config.closeTimeout())) {
            LOG.warn(
                    "exchanges are cut off: they did not end within {} ms",
                    config.closeTimeout().toMillis());
        }
        connections.forEach(ServerConnection::close);
        threads.close();
    }
}
