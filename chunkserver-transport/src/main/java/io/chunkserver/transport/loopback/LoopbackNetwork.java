package io.chunkserver.transport.loopback;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.ServerAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;

/**
 * The addresses and connections of the {@link LoopbackTransport}s that share it. Safe for many threads.
 *
 * <p>Everything that a receiver is told runs as a task of the executor: one frame a task, and the tasks of one end of a connection one
 * after the other. An executor of one thread therefore gives the same order in every run. It must not run a task within
 * the call that submits it.
 */
public final class LoopbackNetwork {

    /** The first port that is chosen for a listener that leaves the choice. */
    private static final int FIRST_CHOSEN_PORT = 1024;

    private final Executor executor;

    @GuardedBy("this")
    private final Map<ServerAddress, LoopbackListener> listeners = new HashMap<>();

    @GuardedBy("this")
    private final Set<LoopbackLink> links = new HashSet<>();

    @GuardedBy("this")
    private final Set<ServerAddress> cut = new HashSet<>();

    @GuardedBy("this")
    private int nextPort = FIRST_CHOSEN_PORT;

    @GuardedBy("this")
    private long opened;

    /** A network whose frames are delivered by the given executor. */
    public LoopbackNetwork(Executor executor) {
        this.executor = executor;
    }

    /**
     * Cuts off the server at this address: its connections break, those that it opened included, and it neither opens nor accepts
     * new ones.
     */
    public void cut(ServerAddress address) {
        List<LoopbackLink> broken;
        synchronized (this) {
            cut.add(address);
            broken = links.stream().filter(link -> link.touches(address)).toList();
        }
        Failure why = Failure.of(ErrorCode.UNREACHABLE, "the network is cut off at " + address);
        broken.forEach(link -> link.breakOff(why));
    }

    /** Lets the server at this address take part again; broken connections stay broken. */
    public synchronized void heal(ServerAddress address) {
        cut.remove(address);
    }

    void execute(Runnable task) {
        executor.execute(task);
    }

    synchronized LoopbackListener listen(
            LoopbackTransport owner, ServerAddress wanted, Function<Connection, FrameReceiver> receiver) {
        ServerAddress address = wanted.port() != 0 ? wanted : choosePort(wanted.host());
        LoopbackListener listener = new LoopbackListener(this, owner, address, receiver);
        if (listeners.putIfAbsent(address, listener) != null) {
            throw new IllegalArgumentException("cannot listen at " + address + ": the address is in use");
        }
        return listener;
    }

    @GuardedBy("this")
    private ServerAddress choosePort(String host) {
        ServerAddress free;
        do {
            free = new ServerAddress(host, nextPort);
            nextPort = nextPort == 65_535 ? FIRST_CHOSEN_PORT : nextPort + 1;
        } while (listeners.containsKey(free));
        return free;
    }

    synchronized void remove(LoopbackListener listener) {
        listeners.remove(listener.address(), listener);
    }

    /**
     * Makes the link to whoever listens at the address; it has no receivers yet.
     *
     * @throws ChunkServerException with {@code UNREACHABLE}
     */
    synchronized LoopbackLink link(LoopbackTransport opener, ServerAddress address) throws ChunkServerException {
        LoopbackListener listener = listeners.get(address);
        if (listener == null) {
            throw Failure.of(ErrorCode.UNREACHABLE, "nobody listens at " + address)
                    .toException();
        }
        // Like an accepted socket, the accepted end shows an address that nobody listens at.
        ServerAddress from = new ServerAddress("loopback-" + ++opened, 0);
        LoopbackLink link = new LoopbackLink(this, opener, from, listener);
        if (cut.stream().anyMatch(link::touches)) {
            throw Failure.of(ErrorCode.UNREACHABLE, "the network to " + address + " is cut off")
                    .toException();
        }
        links.add(link);
        return link;
    }

    synchronized void remove(LoopbackLink link) {
        links.remove(link);
    }

    /** The links that the transport opened or accepted. */
    synchronized List<LoopbackLink> linksOf(LoopbackTransport transport) {
        return links.stream().filter(link -> link.belongsTo(transport)).toList();
    }

    /** The addresses at which the transport listens. */
    synchronized List<LoopbackListener> listenersOf(LoopbackTransport transport) {
        return listeners.values().stream()
                .filter(listener -> listener.owner().equals(transport))
                .toList();
    }

    synchronized boolean listensAt(LoopbackTransport transport, ServerAddress address) {
        LoopbackListener listener = listeners.get(address);
        return listener != null && listener.owner().equals(transport);
    }
}
