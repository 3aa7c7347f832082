package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A master and five servers as processes, clients at work, and what happens to machines: they die, hang, and lose their disk.
 * Afterwards every acknowledged chunk has all its copies, and nothing deleted has come back.
 *
 * <p>{@code -Dhealing.seed=S} repeats what the clients ask for, not what the machine does meanwhile.
 */
class HealingIT {

    private static final Logger LOG = LoggerFactory.getLogger(HealingIT.class);

    private static final long SEED = Long.getLong("healing.seed", 20_261_125L);
    private static final int SERVERS = 5;
    private static final int CLIENTS = 2;
    private static final int COPIES = 3;
    private static final String INTERVAL = "500ms";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path directory;

    /** Everything that was opened, the last first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final List<ServerProcess> servers = new ArrayList<>();
    private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    private final List<ClusterLoad> loads = new ArrayList<>();
    private ServerProcess master;
    private ChunkClient client;
    private MasterClient masterClient;

    @BeforeEach
    void start() throws IOException {
        master = startMaster("127.0.0.1:0");
        for (int number = 0; number < SERVERS; number++) {
            servers.add(serve(number));
        }
        TcpTransport transport = opened(new TcpTransport(TcpTransportConfig.DEFAULT));
        client = opened(new ChunkClient(transport, ClientConfig.DEFAULT));
        masterClient = opened(
                new MasterClient(transport, List.of(ServerAddress.parse(master.address())), ClientConfig.DEFAULT));
        awaitAlive(SERVERS);
    }

    /** Closes everything, also when one of them cannot be closed; a killed process is closed once more without harm. */
    @AfterEach
    void stop() {
        loads.forEach(ClusterLoad::stop);
        clients.shutdown();
        List<Throwable> failures = new ArrayList<>();
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception | AssertionError e) {
                failures.add(e);
            }
        }
        assertThat(failures).as("failures to close").isEmpty();
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private ServerProcess startMaster(String listen) throws IOException {
        return opened(ServerProcess.startMaster(
                "--listen", listen, "--replication", String.valueOf(COPIES), "--heartbeat-interval", INTERVAL));
    }

    private ServerProcess serve(int number) throws IOException {
        return serve(number, directory.resolve("s" + number));
    }

    private ServerProcess serve(int number, Path data) throws IOException {
        return opened(ServerProcess.start(
                data,
                "--server-id",
                "s" + number,
                "--x",
                String.valueOf(number),
                "--master",
                master.address(),
                "--heartbeat-interval",
                INTERVAL));
    }

    @Test
    void everyAcknowledgedChunkOutlivesKilledAndHungServersALostDiskAndALostMaster() throws Exception {
        List<Future<?>> atWork = new ArrayList<>();
        for (int number = 0; number < CLIENTS; number++) {
            ClusterLoad load = new ClusterLoad(
                    client,
                    new PlacedServers(masterClient, COPIES, null, null, Duration.ofSeconds(20)),
                    "/load-" + number,
                    SEED + number);
            loads.add(load);
            atWork.add(clients.submit(load));
        }
        awaitChunks(50);

        killAServerAndHangAnother();
        killTheMaster();
        killAServerWhileTheMasterHangs();
        loseADisk();

        loads.forEach(ClusterLoad::stop);
        for (Future<?> load : atWork) {
            load.get();
        }
        awaitAlive(SERVERS);
        awaitWhole();
        int acknowledged = 0;
        int gone = 0;
        for (ClusterLoad load : loads) {
            load.check(masterClient, COPIES, servers);
            acknowledged += load.stored().size();
            gone += load.deleted().size();
            LOG.warn(
                    "seed {}: {} chunks are there, {} deleted, {} requests failed: {}",
                    SEED,
                    load.stored().size(),
                    load.deleted().size(),
                    load.failures().size(),
                    load.failures().stream().limit(5).toList());
        }
        assertThat(acknowledged).as("chunks that were acknowledged").isGreaterThan(50);
        assertThat(gone).as("chunks that were deleted").isPositive();
    }

    /** The one comes back with what it had, and the other as if nothing had happened; chunks were deleted meanwhile. */
    private void killAServerAndHangAnother() throws Exception {
        servers.get(1).kill();
        awaitDead("s1");
        awaitWhole();
        servers.get(2).pause();
        awaitDead("s2");
        servers.get(2).resume();
        servers.set(1, serve(1));
        awaitAlive(SERVERS);
    }

    private void killTheMaster() throws IOException {
        String address = master.address();
        master.kill();
        master = startMaster(address);
        awaitAlive(SERVERS);
    }

    private void killAServerWhileTheMasterHangs() throws Exception {
        master.pause();
        servers.get(3).kill();
        servers.set(3, serve(3));
        master.resume();
        awaitAlive(SERVERS);
    }

    /** A server comes back under its name with nothing; its name is free when it is taken for dead. */
    private void loseADisk() throws IOException {
        awaitWhole();
        servers.get(4).kill();
        servers.set(4, serve(4, directory.resolve("another-disk")));
        awaitAlive(SERVERS);
    }

    private ClusterStatus status() throws IOException {
        return masterClient.status();
    }

    private void awaitChunks(long wanted) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> status().chunks() >= wanted);
    }

    private void awaitAlive(long wanted) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() ->
                        status().members().stream().filter(HealingIT::isAlive).count() == wanted);
    }

    private void awaitDead(String name) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> status().members().stream()
                        .anyMatch(member -> member.liveness() == Liveness.DEAD
                                && member.registration().member().id().value().equals(name)));
    }

    private static boolean isAlive(MemberStatus member) {
        return member.liveness() == Liveness.LIVE && member.lastHeartbeat() != null;
    }

    /** Whole for a while and not only at one moment: reports of what has just changed may be on their way. */
    private void awaitWhole() {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .during(Duration.ofSeconds(2))
                .until(() -> status().underReplicated() == 0 && status().conflicting() == 0);
    }
}
