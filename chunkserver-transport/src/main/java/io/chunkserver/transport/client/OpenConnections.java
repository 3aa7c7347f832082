package io.chunkserver.transport.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.transport.ServerAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which connections of one client are open, and which of those nobody uses: a bounded number, of which the last used is the first to be taken.
 *
 * <p>Safe for many threads; no connection is called.
 *
 * @param <C> a connection, equal to itself alone
 */
final class OpenConnections<C> {

    private record Idle<C>(C connection, long sinceNanos) {}

    private final PoolConfig config;

    @GuardedBy("this")
    private final Map<ServerAddress, Deque<Idle<C>>> idle = new HashMap<>();

    @GuardedBy("this")
    private int idleCount;

    /** All that are not closed, in use or not. */
    @GuardedBy("this")
    private final Set<C> open = new HashSet<>();

    @GuardedBy("this")
    private boolean closed;

    OpenConnections(PoolConfig config) {
        this.config = config;
    }

    /** Takes note of one that was opened; false when it is to be closed, since all are. */
    synchronized boolean add(C connection) {
        return !closed && open.add(connection);
    }

    /** One that nobody uses; from now on it is in use. */
    synchronized @Nullable C take(ServerAddress address) {
        Deque<Idle<C>> ready = idle.get(address);
        if (ready == null) {
            return null;
        }
        C taken = ready.pop().connection();
        idleCount--;
        if (ready.isEmpty()) {
            idle.remove(address);
        }
        return taken;
    }

    /** Nobody uses it any more; false when it is to be closed. */
    synchronized boolean keep(ServerAddress address, C connection) {
        if (closed || !open.contains(connection) || idleCount >= config.maxIdle()) {
            return false;
        }
        Deque<Idle<C>> ready = idle.computeIfAbsent(address, none -> new ArrayDeque<>());
        if (ready.size() >= config.maxIdlePerAddress()) {
            if (ready.isEmpty()) {
                idle.remove(address);
            }
            return false;
        }
        ready.push(new Idle<>(connection, System.nanoTime()));
        idleCount++;
        return true;
    }

    /** It is closed, whoever did it. */
    synchronized void remove(ServerAddress address, C connection) {
        open.remove(connection);
        Deque<Idle<C>> ready = idle.get(address);
        if (ready != null) {
            if (ready.removeIf(one -> one.connection().equals(connection))) {
                idleCount--;
            }
            if (ready.isEmpty()) {
                idle.remove(address);
            }
        }
    }

    /** Forgets those that nobody has used for the idle time: they are to be closed. */
    synchronized List<C> removeExpired() {
        long now = System.nanoTime();
        List<C> expired = new ArrayList<>();
        for (Deque<Idle<C>> ready : idle.values()) {
            ready.removeIf(one -> {
                boolean late = now - one.sinceNanos() > config.idleTime().toNanos();
                if (late) {
                    expired.add(one.connection());
                }
                return late;
            });
        }
        idle.values().removeIf(Deque::isEmpty);
        idleCount -= expired.size();
        expired.forEach(open::remove);
        return expired;
    }

    /** None is kept from now on: those that are open are to be closed. */
    synchronized List<C> close() {
        closed = true;
        idle.clear();
        idleCount = 0;
        return new ArrayList<>(open);
    }
}
