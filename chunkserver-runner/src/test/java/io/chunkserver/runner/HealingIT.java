package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Member;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

    private final List<ServerProcess> servers = new ArrayList<>();
    private ServerProcess master;
    private TcpTransport transport;
    private ChunkClient client;
    private MasterClient masterClient;

    @BeforeEach
    void start() throws IOException {
        master = startMaster("127.0.0.1:0");
        for (int number = 0; number < SERVERS; number++) {
            servers.add(serve(number));
        }
        transport = new TcpTransport(TcpTransportConfig.DEFAULT);
        client = new ChunkClient(transport, ClientConfig.DEFAULT);
        masterClient =
                new MasterClient(transport, List.of(ServerAddress.parse(master.address())), ClientConfig.DEFAULT);
        awaitAlive(SERVERS);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        masterClient.close();
        client.close();
        transport.close();
        for (ServerProcess server : servers) {
            server.resume();
            server.close();
        }
        master.close();
    }

    private ServerProcess startMaster(String listen) throws IOException {
        return ServerProcess.startMaster(
                "--listen", listen, "--replication", String.valueOf(COPIES), "--heartbeat-interval", INTERVAL);
    }

    private ServerProcess serve(int number) throws IOException {
        return ServerProcess.start(
                data(number),
                "--server-id",
                "s" + number,
                "--x",
                String.valueOf(number),
                "--master",
                master.address(),
                "--heartbeat-interval",
                INTERVAL);
    }

    private Path data(int number) {
        return directory.resolve("s" + number);
    }

    @Test
    void everyAcknowledgedChunkOutlivesKilledAndHungServersAndALostMaster() throws Exception {
        List<ClusterLoad> loads = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < CLIENTS; number++) {
            ClusterLoad load = new ClusterLoad(
                    client,
                    new PlacedServers(masterClient, COPIES, null, Duration.ofSeconds(20)),
                    "/load-" + number,
                    SEED + number);
            loads.add(load);
            threads.add(new Thread(load, "load-" + number));
        }
        threads.forEach(Thread::start);
        awaitChunks(50);

        servers.get(1).kill();
        awaitAlive(SERVERS - 1);
        awaitWhole();

        servers.get(2).pause();
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> status().members().stream()
                        .anyMatch(member -> member.liveness() == Liveness.DEAD
                                && member.registration().member().id().value().equals("s2")));
        servers.get(2).resume();
        servers.set(1, serve(1));
        awaitAlive(SERVERS);

        String address = master.address();
        master.kill();
        master = startMaster(address);
        awaitAlive(SERVERS);

        master.pause();
        servers.get(3).kill();
        servers.set(3, serve(3));
        master.resume();

        loads.forEach(ClusterLoad::stop);
        for (Thread thread : threads) {
            thread.join();
        }
        awaitAlive(SERVERS);
        awaitWhole();
        int acknowledged = 0;
        for (ClusterLoad load : loads) {
            check(load);
            acknowledged += load.stored().size();
            LOG.warn(
                    "seed {}: {} chunks are there, {} deleted, {} requests failed: {}",
                    SEED,
                    load.stored().size(),
                    load.deleted().size(),
                    load.failures().size(),
                    load.failures().stream().limit(5).toList());
        }
        assertThat(acknowledged).as("chunks that were acknowledged").isGreaterThan(50);
    }

    private void check(ClusterLoad load) throws IOException {
        for (Map.Entry<ChunkId, Integer> entry : load.stored().entrySet()) {
            ChunkId chunk = entry.getKey();
            List<Member> members = masterClient.locate(chunk).members();
            assertThat(members).as("copies of %s", chunk).hasSizeGreaterThanOrEqualTo(COPIES);
            for (Member member : members) {
                ByteArrayOutputStream copy = new ByteArrayOutputStream();
                client.read(ServerAddress.parse(member.address()), chunk, ReadOptions.ALL, copy);
                assertThat(copy.toByteArray())
                        .as("bytes of %s at %s", chunk, member)
                        .isEqualTo(ClusterLoad.bytes(chunk, entry.getValue()));
            }
        }
        for (ChunkId chunk : load.deleted()) {
            for (ServerProcess server : servers) {
                assertThatExceptionOfType(ChunkServerException.NotFound.class)
                        .as("%s at %s", chunk, server.address())
                        .isThrownBy(() -> client.read(
                                ServerAddress.parse(server.address()),
                                chunk,
                                ReadOptions.ALL,
                                new ByteArrayOutputStream()));
            }
        }
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
