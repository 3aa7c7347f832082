package io.chunkserver.runner;

import static io.chunkserver.runner.WorkedCluster.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import io.chunkserver.transport.zookeeper.EnsembleConfig;
import io.chunkserver.transport.zookeeper.EnsembleMasters;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ZooKeeper in this process; three masters and five chunk servers, all processes that find each other by it, and a client at work. Leaders
 * and servers are killed, hang for a while, or are cut off from ZooKeeper and from each other. Afterwards every acknowledged chunk has all
 * its copies, and nothing deleted has come back.
 *
 * <p>{@code -Dzookeeper.seed=S} repeats what the client asks for, not what the machine does meanwhile.
 */
class ZooKeeperIT {

    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperIT.class);

    private static final long SEED = Long.getLong("zookeeper.seed", 20_261_126L);
    private static final int MASTERS = 3;
    private static final String PATH = "/it";

    @TempDir
    private Path directory;

    private TestingServer zooKeeper;
    private WorkedCluster cluster;
    private final List<ElectedMaster> masters = new ArrayList<>();
    private EnsembleMasters found;
    private MasterClient masterClient;

    /** By which each server reaches ZooKeeper. */
    private final List<Relay> relaysOfServers = new ArrayList<>();

    /**
     * A master and its piece of the network.
     *
     * @param reached     what others reach it through
     * @param toZooKeeper what it reaches ZooKeeper through
     */
    private record ElectedMaster(ServerProcess process, Relay reached, Relay toZooKeeper) {}

    private final class FoundMasters implements WorkedCluster.Masters {

        @Override
        public List<String> foundBy(int server) {
            return List.of("--zookeeper", relaysOfServers.get(server).address() + PATH);
        }

        @Override
        public MasterClient client() {
            return masterClient;
        }

        @Override
        public ClusterStatus status() throws IOException {
            return leader();
        }
    }

    @BeforeEach
    void start() throws Exception {
        LOG.warn("seed {}", SEED);
        cluster = new WorkedCluster(directory, new FoundMasters());
        zooKeeper = cluster.opened(new TestingServer());
        for (int number = 0; number < MASTERS; number++) {
            masters.add(startMaster());
        }
        for (int number = 0; number < WorkedCluster.SERVERS; number++) {
            relaysOfServers.add(cluster.opened(Relay.to(zooKeeper.getPort())));
        }
        found = cluster.opened(EnsembleMasters.open(
                EnsembleAddress.parse(connect()), EnsembleConfig.DEFAULT, new SplittableRandom(SEED)));
        masterClient = cluster.opened(new MasterClient(cluster.transport(), found, ClientConfig.DEFAULT));
        cluster.start();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private String connect() {
        return zooKeeper.getConnectString() + PATH;
    }

    private ElectedMaster startMaster() throws IOException {
        Relay reached = cluster.opened(Relay.open());
        Relay toZooKeeper = cluster.opened(Relay.to(zooKeeper.getPort()));
        ServerProcess process = cluster.opened(ServerProcess.startMaster(
                "--advertise",
                reached.address(),
                "--replication",
                String.valueOf(WorkedCluster.COPIES),
                "--heartbeat-interval",
                WorkedCluster.INTERVAL,
                "--zookeeper",
                toZooKeeper.address() + PATH));
        reached.leadTo(process.port());
        return new ElectedMaster(process, reached, toZooKeeper);
    }

    /** As the first of the masters says that ZooKeeper names, which is the one that leads or will. */
    private ClusterStatus leader() throws IOException {
        return statusOf(found.current().get(0));
    }

    private ClusterStatus statusOf(ServerAddress master) throws IOException {
        try (MasterClient client = new MasterClient(cluster.transport(), List.of(master), ClientConfig.DEFAULT)) {
            return client.status();
        }
    }

    @Test
    void everyAcknowledgedChunkOutlivesLeadersServersAndNetworksThatFail() throws Exception {
        cluster.work(1, SEED);
        cluster.awaitChunks(30);
        assertThat(leader().epoch()).isPositive();

        ElectedMaster hung = replaceLeader(master -> master.process().pause());
        hangAndKillServers();
        hung.process().resume();
        eventually(() -> found().size() == MASTERS);
        assertThat(leads(hung)).as("whether it leads again").isFalse();
        cutTheLeaderOffFromZooKeeper();
        cutAServerOff();
        cutTheLeaderOffFromServersAndClients();
        replaceLeader(master -> master.process().kill());

        cluster.endWork();
        cluster.check();
    }

    private interface Blow {
        void to(ElectedMaster master) throws Exception;
    }

    /** What happens to the leader is that another is elected, by which chunks are stored. */
    private ElectedMaster replaceLeader(Blow blow) throws Exception {
        long epoch = leader().epoch();
        ElectedMaster leading = leading();
        blow.to(leading);
        eventually(() -> leader().leading() && leader().epoch() > epoch && cluster.alive() == WorkedCluster.SERVERS);
        long chunks = leader().chunks();
        eventually(() -> leader().chunks() >= chunks + 10);
        return leading;
    }

    private void hangAndKillServers() throws Exception {
        cluster.server(2).pause();
        cluster.awaitDead(2);
        cluster.awaitDeletions(2);
        cluster.awaitWhole();
        cluster.server(1).kill();
        cluster.server(2).resume();
        cluster.awaitDead(1);
        cluster.awaitWhole();
        cluster.startAgain(1);
        cluster.awaitAlive(WorkedCluster.SERVERS);
    }

    /** Everybody but ZooKeeper reaches it, and it does not lead any more. */
    private void cutTheLeaderOffFromZooKeeper() throws Exception {
        ElectedMaster cut = replaceLeader(master -> master.toZooKeeper().cut());
        ClusterStatus itself = statusOf(ServerAddress.parse(cut.process().address()));
        assertThat(itself.leading()).as("whether it leads in its own eyes").isFalse();
        cut.toZooKeeper().mend();
        eventually(() -> found().size() == MASTERS);
        assertThat(leads(cut)).as("whether it leads again").isFalse();
    }

    /** First from ZooKeeper, which makes it unregistered and nothing else; then from clients and the other servers too. */
    private void cutAServerOff() throws Exception {
        String node = PATH + "/servers/server-s0";
        relaysOfServers.get(0).cut();
        try (CuratorFramework look =
                CuratorFrameworkFactory.newClient(zooKeeper.getConnectString(), new RetryOneTime(1000))) {
            look.start();
            long session = look.checkExists().forPath(node).getEphemeralOwner();
            eventually(() -> look.checkExists().forPath(node) == null);
            // The ensemble ends the session by its clock, the server hears nothing and finds out by its own.
            eventually(() -> !isRegistered(0));
            assertServes(0);

            cluster.relayTo(0).cut();
            cluster.awaitFailure();
            cluster.awaitRequests(5);
            cluster.relayTo(0).mend();
            relaysOfServers.get(0).mend();
            eventually(() -> look.checkExists().forPath(node).getEphemeralOwner() != session && isRegistered(0));
        }
    }

    private boolean isRegistered(int server) {
        JsonNode status =
                Cli.answer("status", "--server", cluster.server(server).address());
        return status.get("masters").get(0).get("registered").asBoolean();
    }

    /** It is alive to the leader, takes chunks, gives them to others by what the leader says, and is read from. */
    private void assertServes(int number) throws IOException {
        assertThat(cluster.alive()).isEqualTo(WorkedCluster.SERVERS);
        ServerAddress server = ServerAddress.parse(cluster.server(number).address());
        ChunkId chunk = new ChunkId("/unregistered", number);
        byte[] bytes = ClusterLoad.bytes(chunk, 1);
        Receipt receipt = cluster.client()
                .store(server, chunk, ChunkSource.of(bytes), StoreOptions.DEFAULT.withCopies(WorkedCluster.COPIES));
        assertThat(receipt.applied()).hasSize(WorkedCluster.COPIES);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        cluster.client().read(server, chunk, ReadOptions.ALL, read);
        assertThat(read.toByteArray()).isEqualTo(bytes);
    }

    /** It goes on leading, and is reached by nobody: nothing is stored until the network is whole again. */
    private void cutTheLeaderOffFromServersAndClients() throws IOException {
        ElectedMaster leading = leading();
        leading.reached().cut();
        cluster.awaitFailure();
        leading.reached().mend();
        cluster.awaitAlive(WorkedCluster.SERVERS);
        long chunks = leader().chunks();
        eventually(() -> leader().leading() && leader().chunks() >= chunks + 10);
    }

    private ElectedMaster leading() {
        return masters.stream().filter(this::leads).findFirst().orElseThrow();
    }

    private boolean leads(ElectedMaster master) {
        return found().get(0).toString().equals(master.reached().address());
    }

    private List<ServerAddress> found() {
        try {
            return found.current();
        } catch (ChunkServerException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void verbsFindTheMasterByTheEnsemble() throws Exception {
        byte[] bytes = new byte[100_000];
        new Random(SEED).nextBytes(bytes);
        Path file = Files.write(directory.resolve("file"), bytes);
        Cli.answer("put", file.toString(), "images/file", "--zookeeper", connect());
        Cli.answer("get", "images/file", directory.resolve("copy").toString(), "--zookeeper", connect());
        assertThat(directory.resolve("copy")).hasBinaryContent(bytes);
        JsonNode status = Cli.answer("status", "--zookeeper", connect());
        assertThat(status.get("leading").asBoolean()).isTrue();
        assertThat(status.get("epoch").asLong()).isPositive();
        JsonNode server = Cli.answer("status", "--server", cluster.server(0).address());
        assertThat(server.get("masters")).hasSize(MASTERS + 1);
        assertThat(server.get("masters").get(0).get("address").asText())
                .isEqualTo("zookeeper " + relaysOfServers.get(0).address() + PATH);
        assertThat(server.get("masters").get(0).get("registered").asBoolean()).isTrue();
    }
}
