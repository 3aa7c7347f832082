package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.zookeeper.EnsembleAddress;
import io.chunkserver.transport.zookeeper.EnsembleConfig;
import io.chunkserver.transport.zookeeper.EnsembleMasters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ZooKeeper in this process; three masters and five chunk servers, all processes that find each other by it, and a client at work. Leaders
 * and servers are killed, or hang for a while. Afterwards every acknowledged chunk has all its copies, and nothing deleted has come back.
 *
 * <p>{@code -Dzookeeper.seed=S} repeats what the client asks for, not what the machine does meanwhile.
 */
class ZooKeeperIT {

    private static final Logger LOG = LoggerFactory.getLogger(ZooKeeperIT.class);

    private static final long SEED = Long.getLong("zookeeper.seed", 20_261_126L);
    private static final int MASTERS = 3;
    private static final int SERVERS = 5;
    private static final int COPIES = 3;
    private static final String INTERVAL = "500ms";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    private TestingServer zooKeeper;
    private String connect;
    private final List<ServerProcess> masters = new ArrayList<>();
    private final List<ServerProcess> servers = new ArrayList<>();
    private TcpTransport transport;
    private ChunkClient client;
    private EnsembleMasters found;
    private MasterClient masterClient;

    @BeforeEach
    void start() throws Exception {
        zooKeeper = new TestingServer();
        connect = zooKeeper.getConnectString() + "/it";
        for (int number = 0; number < MASTERS; number++) {
            masters.add(ServerProcess.startMaster(
                    "--replication", String.valueOf(COPIES), "--heartbeat-interval", INTERVAL, "--zookeeper", connect));
        }
        for (int number = 0; number < SERVERS; number++) {
            servers.add(serve(number));
        }
        transport = new TcpTransport(TcpTransportConfig.DEFAULT);
        client = new ChunkClient(transport, ClientConfig.DEFAULT);
        found = EnsembleMasters.open(
                EnsembleAddress.parse(connect), EnsembleConfig.DEFAULT, new SplittableRandom(SEED));
        masterClient = new MasterClient(transport, found, ClientConfig.DEFAULT);
        eventually(() -> leader().leading() && alive() == SERVERS);
    }

    @AfterEach
    void stop() throws Exception {
        masterClient.close();
        found.close();
        client.close();
        transport.close();
        for (ServerProcess server : servers) {
            server.close();
        }
        for (ServerProcess master : masters) {
            master.close();
        }
        zooKeeper.close();
    }

    private ServerProcess serve(int number) throws IOException {
        return ServerProcess.start(
                directory.resolve("s" + number),
                "--server-id",
                "s" + number,
                "--x",
                String.valueOf(number),
                "--zookeeper",
                connect,
                "--heartbeat-interval",
                INTERVAL);
    }

    /** As the first of the masters says that ZooKeeper names, which is the one that leads or will. */
    private ClusterStatus leader() throws IOException {
        try (MasterClient first =
                new MasterClient(transport, List.of(found.current().get(0)), ClientConfig.DEFAULT)) {
            return first.status();
        }
    }

    private long alive() throws IOException {
        return leader().members().stream()
                .filter(member -> member.liveness() == Liveness.LIVE && member.lastHeartbeat() != null)
                .count();
    }

    private boolean whole() throws IOException {
        ClusterStatus status = leader();
        return status.leading() && status.underReplicated() == 0 && status.conflicting() == 0;
    }

    private static void eventually(Callable<Boolean> holds) {
        await().atMost(PATIENCE).ignoreExceptions().until(holds);
    }

    @Test
    void everyAcknowledgedChunkOutlivesLeadersAndServersThatAreKilledOrHang() throws Exception {
        ClusterLoad load = new ClusterLoad(
                client, new PlacedServers(masterClient, COPIES, null, null, Duration.ofSeconds(20)), "/load", SEED);
        Thread worker = new Thread(load, "load");
        worker.start();
        eventually(() -> leader().chunks() >= 30);
        assertThat(leader().epoch()).isPositive();

        ServerProcess hung = replaceLeader(ServerProcess::pause);
        hangAndKillServers();
        hung.resume();
        eventually(() -> found().size() == MASTERS);
        assertThat(leads(hung)).as("whether it leads again").isFalse();
        replaceLeader(ServerProcess::kill);

        load.stop();
        worker.join();
        // Whole for a while and not only at one moment: reports of what has just changed may be on their way.
        await().atMost(PATIENCE)
                .during(Duration.ofSeconds(3))
                .ignoreExceptions()
                .until(this::whole);
        load.check(masterClient, COPIES, servers);
        LOG.warn(
                "seed {}: {} chunks are there, {} deleted, {} requests failed: {}",
                SEED,
                load.stored().size(),
                load.deleted().size(),
                load.failures().size(),
                load.failures().stream().limit(5).toList());
        assertThat(load.stored()).hasSizeGreaterThan(20);
    }

    private interface Blow {
        void to(ServerProcess process) throws Exception;
    }

    /** What happens to the leader is that another is elected, by which chunks are stored. */
    private ServerProcess replaceLeader(Blow blow) throws Exception {
        long epoch = leader().epoch();
        ServerProcess leading = masters.stream().filter(this::leads).findFirst().orElseThrow();
        blow.to(leading);
        eventually(() -> leader().leading() && leader().epoch() > epoch && alive() == SERVERS);
        long chunks = leader().chunks();
        eventually(() -> leader().chunks() >= chunks + 10);
        return leading;
    }

    private void hangAndKillServers() throws Exception {
        servers.get(2).pause();
        eventually(() -> alive() == SERVERS - 1 && whole());
        servers.get(1).kill();
        servers.get(2).resume();
        eventually(() -> alive() == SERVERS - 1 && whole());
        servers.set(1, serve(1));
        eventually(() -> alive() == SERVERS);
    }

    private boolean leads(ServerProcess master) {
        return found().get(0).toString().equals(master.address());
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
        Cli.answer("put", file.toString(), "images/file", "--zookeeper", connect);
        Cli.answer("get", "images/file", directory.resolve("copy").toString(), "--zookeeper", connect);
        assertThat(directory.resolve("copy")).hasBinaryContent(bytes);
        JsonNode status = Cli.answer("status", "--zookeeper", connect);
        assertThat(status.get("leading").asBoolean()).isTrue();
        assertThat(status.get("epoch").asLong()).isPositive();
        JsonNode server = Cli.answer("status", "--server", servers.get(0).address());
        assertThat(server.get("masters")).hasSize(MASTERS + 1);
        assertThat(server.get("masters").get(0).get("address").asText()).isEqualTo("zookeeper " + connect);
        assertThat(server.get("masters").get(0).get("registered").asBoolean()).isTrue();
    }

    @Test
    void anEnsembleThatIsNoneIsNamedAndAServerServesWithoutIt() throws Exception {
        RunnerJar.Outcome outcome = Cli.run("status", "--zookeeper", "no-such-host.invalid");
        assertThat(outcome.exitCode()).isEqualTo(5);
        assertThat(outcome.err()).contains("no-such-host.invalid does not resolve");
        assertThat(outcome.err().lines().filter(line -> line.contains("Exception")))
                .as("stack traces of ZooKeeper's client")
                .isEmpty();
        try (ServerProcess lone =
                ServerProcess.start(directory.resolve("lone"), "--zookeeper", "no-such-host.invalid:1")) {
            eventually(() -> lone.log().contains("host no-such-host.invalid does not resolve"));
            assertThat(Cli.answer("status", "--server", lone.address())
                            .get("masters")
                            .get(0)
                            .get("registered")
                            .asBoolean())
                    .isFalse();
        }
    }

    @Test
    void nobodyLoadsZooKeeperWhoDoesNotUseIt() throws Exception {
        Path loaded = directory.resolve("classes");
        Process help = new ProcessBuilder(
                        RunnerJar.command(List.of("-Xlog:class+load:file=" + loaded), "serve", "--help"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(help.waitFor()).isZero();
        assertNoneOfZooKeeper(loaded);
        Path served = directory.resolve("served");
        try (ServerProcess server =
                ServerProcess.startWith(List.of("-Xlog:class+load:file=" + served), directory.resolve("plain"))) {
            Cli.answer("status", "--server", server.address());
        }
        assertNoneOfZooKeeper(served);
    }

    private static void assertNoneOfZooKeeper(Path log) throws IOException {
        assertThat(Files.readAllLines(log))
                .anyMatch(line -> line.contains("io.chunkserver.runner.Main"))
                .noneMatch(line -> line.contains("org.apache.zookeeper.") || line.contains("org.apache.curator."));
    }
}
