package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.PeerRole;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The connections on which threads of one client wait; as {@link ConnectionPool} for the others.
 *
 * <p>Nobody looks after an idle connection: that its server has gone shows when it is used again.
 *
 * <p>Safe for many threads; only who connects waits.
 */
final class BlockingPeers implements AutoCloseable {

    private final Transport transport;
    private final PeerRole role;
    private final Duration connectTimeout;
    private final OpenConnections<BlockingPeer> connections;

    BlockingPeers(Transport transport, PeerRole role, Duration connectTimeout, PoolConfig config, Timers timers) {
        this.transport = transport;
        this.role = role;
        this.connectTimeout = connectTimeout;
        this.connections = new OpenConnections<>(config);
        timers.repeat(this::closeExpired, config.idleTime().dividedBy(2));
    }

    /**
     * One that nobody uses, or a new one; to be given back in all cases.
     *
     * @throws ChunkServerException with {@code UNREACHABLE}, naming the address, when nobody answers there in time, and with what the other
     *     side said or broke when it is no server that can be talked to
     */
    BlockingPeer take(ServerAddress address, Duration timeout) throws ChunkServerException {
        BlockingPeer ready = connections.take(address);
        return ready != null ? ready : connect(address, timeout);
    }

    /** A new one, whatever is idle. */
    BlockingPeer connect(ServerAddress address, Duration timeout) throws ChunkServerException {
        Duration bound = timeout.compareTo(connectTimeout) < 0 ? timeout : connectTimeout;
        long deadlineNanos = System.nanoTime() + bound.toNanos();
        @Nullable BlockingPeer peer = null;
        boolean greeted = false;
        try {
            peer = new BlockingPeer(transport.open(address, bound), address);
            if (!connections.add(peer)) {
                throw NoAnswer.ofClosedClient(address);
            }
            peer.greet(role, Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())));
            greeted = true;
            return peer;
        } catch (ChunkServerException e) {
            throw e.code() == ErrorCode.TIMEOUT
                    ? NoAnswer.within(bound, address).toException(e)
                    : NoAnswer.because(e, address);
        } finally {
            if (peer != null && !greeted) {
                close(peer);
            }
        }
    }

    /** Nobody uses it any more: keeps or closes it. */
    void give(BlockingPeer peer) {
        peer.markReused();
        if (peer.isUnderWay() || !connections.keep(peer.address(), peer)) {
            close(peer);
        }
    }

    private void close(BlockingPeer peer) {
        connections.remove(peer.address(), peer);
        peer.close();
    }

    /** One step of the clean-up: closes what nobody has used for the idle time. */
    private void closeExpired() {
        connections.removeExpired().forEach(BlockingPeer::close);
    }

    @Override
    public void close() {
        connections.close().forEach(BlockingPeer::close);
    }
}
