package io.chunkserver.transport.zookeeper;

import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.master.ClusterMaster;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.SessionConfig;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.MasterEndpoint;
import io.chunkserver.transport.server.ServerEndpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;
import org.apache.zookeeper.data.Id;
import org.apache.zookeeper.data.Stat;

/** Masters and chunk servers of one process that find each other by an ensemble; all are closed together. For one thread. */
final class ZooKeeperFixture implements AutoCloseable {

    static final ChunkId CHUNK = new ChunkId("/f", 0);
    static final byte[] CONTENT = {1, 2, 3, 4};
    /** A list that may be asked for null, which ZooKeeper does. */
    static final List<ACL> EVERYBODY = Collections.singletonList(new ACL(ZooDefs.Perms.ALL, new Id("world", "anyone")));

    static final ServerAddress ANY_PORT = new ServerAddress("127.0.0.1", 0);

    /** Sessions as short as the test ensembles allow, so that nobody waits long for one to time out. */
    static final EnsembleConfig FAST = new EnsembleConfig(
            Duration.ofSeconds(4),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofMillis(50),
            Duration.ofMillis(500));

    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final TcpTransport transport = new TcpTransport(TcpTransportConfig.DEFAULT);
    private final EnsembleAddress address;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    ZooKeeperFixture(String connectString) {
        address = EnsembleAddress.parse(connectString + "/storage/test");
        open.push(transport);
    }

    EnsembleAddress address() {
        return address;
    }

    /** A candidate that can be reached. */
    record RunningCandidate(ClusterMaster master, MasterEndpoint endpoint, MasterElection election) {

        ClusterStatus status() {
            return master.status().toCompletableFuture().join();
        }

        boolean leads() {
            return status().leading();
        }

        long epoch() {
            return status().epoch();
        }

        /** As a process that ends in order. */
        void stop() throws IOException {
            election.close();
            endpoint.close();
        }
    }

    RunningCandidate master(String name) throws IOException {
        ClusterMaster master = new ClusterMaster(
                name,
                // Nothing ticks it, so that its first moments would never end.
                MasterConfig.DEFAULT.withHeartbeatInterval(INTERVAL).withGrace(0),
                DistanceMetric.EUCLIDEAN,
                new SplittableRandom(7));
        MasterEndpoint endpoint = MasterEndpoint.open(master, transport, ANY_PORT, null, EndpointConfig.DEFAULT);
        open.push(endpoint);
        Candidate candidate = new Candidate() {
            @Override
            public void lead(long epoch, BooleanSupplier confirmed) {
                master.lead(epoch, confirmed);
            }

            @Override
            public void standBy() {
                master.standBy();
            }
        };
        MasterElection election =
                MasterElection.start(candidate, endpoint.reachable(), address, FAST, new SplittableRandom(7));
        open.push(election);
        return new RunningCandidate(master, endpoint, election);
    }

    /** A chunk server that holds one chunk. */
    record RunningServer(ChunkServer server, ServerEndpoint endpoint, ServerRegistration registration) {

        MasterConnection registry() {
            return server.status().masters().get(0);
        }

        boolean isRegistered() {
            return registry().registered();
        }

        /** Whether it has registered with so many masters. */
        boolean knows(int masters) {
            return server.status().masters().stream()
                            .skip(1)
                            .filter(MasterConnection::registered)
                            .count()
                    == masters;
        }

        byte[] read() throws IOException {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            server.read(CHUNK, read);
            return read.toByteArray();
        }
    }

    RunningServer server(Path directory, String id) throws IOException {
        ChunkServer server = ChunkServer.builder(directory)
                .serverId(new ServerId(id))
                .config(ChunkServerConfig.DEFAULT.withSession(SessionConfig.DEFAULT.withHeartbeatInterval(INTERVAL)))
                .start();
        open.push(server);
        server.store(CHUNK, new ByteArrayInputStream(CONTENT), CONTENT.length);
        ServerEndpoint endpoint = ServerEndpoint.open(server, transport, ANY_PORT, null, EndpointConfig.DEFAULT);
        open.push(endpoint);
        ServerRegistration registration =
                ServerRegistration.start(server, transport, address, FAST, new SplittableRandom(7));
        open.push(registration);
        return new RunningServer(server, endpoint, registration);
    }

    EnsembleMasters clients() {
        EnsembleMasters masters = EnsembleMasters.open(address, FAST, new SplittableRandom(7));
        open.push(masters);
        return masters;
    }

    /** A client of its own, to look at the ensemble from outside; it sees whole paths. */
    ZooKeeper look() throws Exception {
        ZooKeeper client = connect(0, new byte[16]);
        open.push(client);
        return client;
    }

    static String nodeOf(String server) {
        return "/storage/test/servers/server-" + server;
    }

    /** The node of the leading master, as ZooKeeper orders them. */
    static String leaderNode(ZooKeeper look) throws Exception {
        List<String> names = look.getChildren("/storage/test/masters", false);
        return "/storage/test/masters/"
                + names.stream()
                        .min((a, b) -> a.substring(a.length() - 10).compareTo(b.substring(b.length() - 10)))
                        .orElseThrow();
    }

    /**
     * Lets the session to which this node belongs expire, as if its client had been silent for too long. A session is ended by whoever
     * has its id and password, and ZooKeeper makes the one from the other.
     */
    void expireOwnerOf(ZooKeeper look, String node) throws Exception {
        Stat stat = look.exists(node, false);
        byte[] password = new byte[16];
        new Random(stat.getEphemeralOwner() ^ 0xB3415C00L).nextBytes(password);
        connect(stat.getEphemeralOwner(), password).close();
    }

    private ZooKeeper connect(long session, byte[] password) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        Watcher watcher = (WatchedEvent event) -> connected.countDown();
        int timeout = (int) FAST.sessionTimeout().toMillis();
        // By reflection, since the constructors' types carry annotations whose classes are nowhere, of which the
        // compiler complains.
        ZooKeeper client = session == 0
                ? ZooKeeper.class
                        .getConstructor(String.class, int.class, Watcher.class)
                        .newInstance(address.connectString(), timeout, watcher)
                : ZooKeeper.class
                        .getConstructor(String.class, int.class, Watcher.class, long.class, byte[].class)
                        .newInstance(address.connectString(), timeout, watcher, session, password);
        connected.await();
        return client;
    }

    static void eventually(Callable<Boolean> holds) {
        await().atMost(PATIENCE).ignoreExceptions().until(holds);
    }

    @Override
    public void close() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }
}
