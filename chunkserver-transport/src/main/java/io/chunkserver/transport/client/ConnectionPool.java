package io.chunkserver.transport.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.PeerRole;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one client: opens them, keeps a bounded number of idle ones, the last used first, and closes them all.
 *
 * <p>Safe for many threads; no method blocks. No lock is held while a connection is called.
 */
final class ConnectionPool implements AutoCloseable {

    private record Idle(PeerConnection connection, long sinceNanos) {}

    private final Transport transport;
    private final PeerRole role;
    private final Duration connectTimeout;
    private final PoolConfig config;
    private final Timers timers;

    @GuardedBy("this")
    private final Map<ServerAddress, Deque<Idle>> idle = new HashMap<>();

    @GuardedBy("this")
    private int idleCount;

    /** All that are not closed, in use or not. */
    @GuardedBy("this")
    private final Set<PeerConnection> open = new HashSet<>();

    @GuardedBy("this")
    private boolean closed;

    ConnectionPool(Transport transport, PeerRole role, Duration connectTimeout, PoolConfig config, Timers timers) {
        this.transport = transport;
        this.role = role;
        this.connectTimeout = connectTimeout;
        this.config = config;
        this.timers = timers;
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
        PeerConnection ready = takeIdle(address);
        return ready != null ? CompletableFuture.completedFuture(ready) : connect(address, timeout);
    }

    private synchronized @Nullable PeerConnection takeIdle(ServerAddress address) {
        Deque<Idle> ready = idle.get(address);
        if (ready == null) {
            return null;
        }
        PeerConnection taken = ready.pop().connection();
        idleCount--;
        if (ready.isEmpty()) {
            idle.remove(address);
        }
        return taken;
    }

    /** A new connection, whatever is idle. */
    CompletionStage<PeerConnection> connect(ServerAddress address, Duration timeout) {
        Duration bound = timeout.compareTo(connectTimeout) < 0 ? timeout : connectTimeout;
        Failure late = Failure.of(
                        ErrorCode.UNREACHABLE,
                        "server at " + address + " did not answer within " + bound.toMillis() + " ms")
                .withHint(FrameFormat.NO_GREETING_HINT);
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
        return timers.within(greeted, bound, late)
                .handle((peer, thrown) -> {
                    if (thrown == null) {
                        return CompletableFuture.completedStage(peer);
                    }
                    CompletionStage<PeerConnection> useless = opened;
                    useless.thenAccept(PeerConnection::close);
                    return CompletableFuture.<PeerConnection>failedStage(
                            named(address, ChunkServerException.from(thrown)));
                })
                .thenCompose(Function.identity());
    }

    /** A server that does not answer in time is not there, as far as anybody can tell. */
    private static ChunkServerException named(ServerAddress address, ChunkServerException thrown) {
        Failure why = thrown.failure();
        Failure told = why.code() == ErrorCode.TIMEOUT
                ? Failure.of(ErrorCode.UNREACHABLE, why.message()).withHint(why.hint())
                : why;
        return (told.message().contains(address.toString())
                        ? told
                        : told.withMessage("server at " + address + ": " + told.message()))
                .toException(thrown);
    }

    private void opened(PeerConnection peer) {
        synchronized (this) {
            if (!closed) {
                open.add(peer);
                return;
            }
        }
        peer.close();
    }

    /** Nobody uses the connection any more: keeps or closes it. */
    void idle(PeerConnection peer) {
        peer.markReused();
        synchronized (this) {
            if (!closed && open.contains(peer) && idleCount < config.maxIdle()) {
                Deque<Idle> ready = idle.computeIfAbsent(peer.address(), address -> new ArrayDeque<>());
                if (ready.size() < config.maxIdlePerAddress()) {
                    ready.push(new Idle(peer, System.nanoTime()));
                    idleCount++;
                    return;
                }
            }
        }
        peer.close();
    }

    /** The connection is closed, whoever did it. */
    synchronized void closed(PeerConnection peer) {
        open.remove(peer);
        Deque<Idle> ready = idle.get(peer.address());
        if (ready != null) {
            if (ready.removeIf(one -> one.connection().equals(peer))) {
                idleCount--;
            }
            if (ready.isEmpty()) {
                idle.remove(peer.address());
            }
        }
    }

    /** One step of the clean-up: closes what nobody has used for the idle time. */
    void closeExpired() {
        long now = System.nanoTime();
        List<PeerConnection> expired = new ArrayList<>();
        synchronized (this) {
            idle.values()
                    .forEach(ready -> ready.stream()
                            .filter(one ->
                                    now - one.sinceNanos() > config.idleTime().toNanos())
                            .map(Idle::connection)
                            .forEach(expired::add));
            expired.forEach(this::closed);
        }
        expired.forEach(PeerConnection::close);
    }

    @Override
    public void close() {
        List<PeerConnection> all;
        synchronized (this) {
            closed = true;
            all = new ArrayList<>(open);
            idle.clear();
            idleCount = 0;
        }
        all.forEach(PeerConnection::close);
    }
}
