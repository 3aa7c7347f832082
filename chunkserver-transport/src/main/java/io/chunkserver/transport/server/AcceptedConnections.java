package io.chunkserver.transport.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.ServerHello;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every endpoint has: a listener, the connections that came, and their threads; all are its own. Safe for many threads, but for
 * {@link #listen} and {@link #serve}, which belong to whoever opens the endpoint.
 */
final class AcceptedConnections implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AcceptedConnections.class);

    private final EndpointConfig config;
    private final EndpointThreads threads;
    private final ExchangeAdmission admission;
    private final EndpointObserver observer;
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

    AcceptedConnections(EndpointConfig config, EndpointObserver observer) {
        this.config = config;
        this.observer = observer;
        this.threads = new EndpointThreads(config.workers());
        this.admission = new ExchangeAdmission(config.maxTransfers());
    }

    EndpointThreads threads() {
        return threads;
    }

    /**
     * Opens the listener and waits for it; whoever connects is turned away until {@link #serve}.
     *
     * @return where it listens, with the port that was chosen
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when the address is in use or not this machine's
     */
    ServerAddress listen(Transport transport, ServerAddress address) throws ChunkServerException {
        try {
            Listener opened = transport
                    .listen(address, this::accept)
                    .toCompletableFuture()
                    .join();
            listener = opened;
            return opened.address();
        } catch (CompletionException e) {
            throw ChunkServerException.from(e);
        }
    }

    /** Serves whoever connects from now on. */
    void serve(ServerHello hello, RequestHandler handler) {
        service = new Service(hello, handler);
        threads.repeat(
                () -> connections.forEach(connection -> connection.look(config.stallTimeout())),
                StallWatch.period(config.stallTimeout()));
    }

    /** Where it listens, with the port that was chosen. */
    ServerAddress address() {
        Listener opened = listener;
        if (opened == null) {
            throw new IllegalStateException("the endpoint does not listen yet");
        }
        return opened.address();
    }

    /** Where others reach what listens here: its port, unless another is advertised. */
    static ServerAddress reachable(ServerAddress listening, @Nullable ServerAddress advertise) {
        if (advertise == null) {
            return listening;
        }
        return advertise.port() == 0 ? new ServerAddress(advertise.host(), listening.port()) : advertise;
    }

    private FrameReceiver accept(Connection connection) {
        Service ready = service;
        if (ready == null) {
            connection.close();
            return new TurnedAway();
        }
        ServerConnection accepted =
                new ServerConnection(connection, ready.hello(), ready.handler(), admission, observer, this::remove);
        connections.add(accepted);
        observer.connected();
        accepted.begin(threads, config);
        if (closed.get()) {
            connection.close();
        }
        return accepted;
    }

    private void remove(ServerConnection connection) {
        connections.remove(connection);
        observer.disconnected();
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
