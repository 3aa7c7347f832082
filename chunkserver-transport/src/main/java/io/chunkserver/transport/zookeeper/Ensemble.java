package io.chunkserver.transport.zookeeper;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;

/**
 * A session with a ZooKeeper ensemble, which is made anew by itself for ever. Paths count from the cluster's root.
 *
 * <p>Thread-safe; calls wait, each for a bounded time.
 */
final class Ensemble implements Closeable {

    /** Candidates for the leadership; the nodes are made by Curator's latch. */
    static final String MASTERS = "/masters";

    /** Registered chunk servers. */
    static final String SERVERS = "/servers";

    /** Tries of one operation on a connection that breaks meanwhile; whoever asked for it comes back later by itself. */
    private static final int MAX_TRIES = 2;

    private static final Duration TRY_PAUSE = Duration.ofMillis(200);

    private final EnsembleAddress address;
    private final EnsembleConfig config;
    private final CuratorFramework client;

    /**
     * An ensemble that nobody has spoken to yet.
     *
     * @param changed told, on a thread that must not wait, whenever the connection comes, breaks or is lost
     */
    Ensemble(EnsembleAddress address, EnsembleConfig config, Runnable changed) {
        this.address = address;
        this.config = config;
        this.client = CuratorFrameworkFactory.builder()
                .connectString(address.connectString())
                .namespace(address.root().substring(1))
                .sessionTimeoutMs((int) config.sessionTimeout().toMillis())
                .connectionTimeoutMs((int) config.connectTimeout().toMillis())
                .retryPolicy(new RetryNTimes(MAX_TRIES, (int) TRY_PAUSE.toMillis()))
                // Nodes that vanish when they are empty would let the numbers of the latch begin anew.
                .dontUseContainerParents()
                // The operator's list of hosts holds; what members call each other need not resolve here.
                .ensembleTracker(false)
                .build();
        client.getConnectionStateListenable().addListener((any, state) -> changed.run());
    }

    /** Begins a session, and waits for nothing. */
    void start() {
        client.start();
    }

    CuratorFramework client() {
        return client;
    }

    EnsembleAddress address() {
        return address;
    }

    /**
     * Waits until there is a session.
     *
     * @throws ChunkServerException with {@code UNREACHABLE}, saying what is wrong with each host, when there is none in time
     */
    void awaitSession() throws ChunkServerException, InterruptedException {
        if (!client.blockUntilConnected((int) config.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
            throw Failure.of(
                            ErrorCode.UNREACHABLE,
                            "ZooKeeper at " + address.connectString() + " gives no session: "
                                    + new EnsembleDiagnosis(config.connectTimeout()).of(address))
                    .withHint("give the hosts and client ports of a ZooKeeper ensemble that runs")
                    .toException();
        }
    }

    /** Which session it is now; another one after it was lost. */
    long sessionId() throws Exception {
        return client.getZookeeperClient().getZooKeeper().getSessionId();
    }

    /** After how long a silence the ensemble ends the session, as it said: it need not be what it was asked for. */
    Duration sessionTimeout() throws Exception {
        return Duration.ofMillis(client.getZookeeperClient().getZooKeeper().getSessionTimeout());
    }

    /** Ends the session: its nodes go at once if the ensemble can be reached, else when the session has timed out. Idempotent. */
    @Override
    public void close() {
        client.close();
    }
}
