package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.PeerRole;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The connections of one client: opens them, keeps a bounded number of idle ones, the last used first, and closes them all.
 *
 * <p>Safe for many threads; no method blocks. No lock is held while a connection is called.
 */
final class ConnectionPool implements AutoCloseable {

    private final Transport transport;
    private final PeerRole role;
    private final Duration connectTimeout;
    private final Timers timers;

    private final OpenConnections<PeerConnection> connections;

    ConnectionPool(Transport transport, PeerRole role, Duration connectTimeout, PoolConfig config, Timers timers) {
        this.transport = transport;
        this.role = role;
        this.connectTimeout = connectTimeout;
        this.timers = timers;
        this.connections = new OpenConnections<>(config);
        timers.repeat(this::closeExpired, config.idleTime().dividedBy(2));
    }

    /**
     * An idle connection to the server, or a new one. Whoever takes it gives it back with {@link #idle}, or begins an exchange,
     * at the end of which it goes back by itself.
     *
     * <p>Completes exceptionally with {@code UNREACHABLE}, naming the address, when nobody answers there in time, and with what the
     * other side said or broke when it is no server that can be talked to.
     */
    CompletionStage<PeerConnection> take(ServerAddress address, Duration timeout) {
        PeerConnection ready = connections.take(address);
        return ready != null ? CompletableFuture.completedFuture(ready) : connect(address, timeout);
    }

    /** A new connection, whatever is idle. */
    CompletionStage<PeerConnection> connect(ServerAddress address, Duration timeout) {
        if (timers.isClosed()) {
            return CompletableFuture.failedStage(NoAnswer.ofClosedClient(address));
        }
        Duration bound = timeout.compareTo(connectTimeout) < 0 ? timeout : connectTimeout;
        CompletableFuture<PeerConnection> opened = new CompletableFuture<>();
        CompletionStage<PeerConnection> greeted = transport
                .connect(address, bound, connection -> {
                    PeerConnection peer = new PeerConnection(connection, address, this);
                    opened(peer);
                    opened.complete(peer);
                    return peer;
                })
                .thenCompose(connection -> opened)
                .thenCompose(peer -> peer.greet(role).thenApply(hello -> peer));
        return timers.within(greeted, bound, NoAnswer.within(bound, address))
                .handle((peer, thrown) -> {
                    if (thrown == null) {
                        return CompletableFuture.completedStage(peer);
                    }
                    CompletionStage<PeerConnection> useless = opened;
                    useless.thenAccept(PeerConnection::close);
                    return CompletableFuture.<PeerConnection>failedStage(
                            NoAnswer.because(ChunkServerException.from(thrown), address));
                })
                .thenCompose(Function.identity());
    }

    private void opened(PeerConnection peer) {
        if (!connections.add(peer)) {
            peer.close();
        }
    }

    /** Nobody uses the connection any more: keeps or closes it. */
    void idle(PeerConnection peer) {
        peer.markReused();
        if (!connections.keep(peer.address(), peer)) {
            peer.close();
        }
    }

    /** The connection is closed, whoever did it. */
    void closed(PeerConnection peer) {
        connections.remove(peer.address(), peer);
    }

    /** One step of the clean-up: closes what nobody has used for the idle time. */
    void closeExpired() {
        connections.removeExpired().forEach(PeerConnection::close);
    }

    @Override
    public void close() {
        connections.close().forEach(PeerConnection::close);
    }
}
