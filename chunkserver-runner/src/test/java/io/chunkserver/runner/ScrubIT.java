package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Three servers and a master as processes on a real disk, on which bytes of chunk files change while a client reads and writes: a scrub finds
 * exactly those, and they are made anew from the other servers.
 *
 * <p>{@code -Dscrub.seed=S} draws other files, {@code -Dscrub.chunks=N -Dscrub.damaged=D} more of them. How many requests a second the
 * client did before the scrub and beside it is printed.
 */
class ScrubIT {

    private static final Logger LOG = LoggerFactory.getLogger(ScrubIT.class);

    private static final long SEED = Long.getLong("scrub.seed", 20_261_126L);
    private static final int SERVERS = 3;
    private static final int CHUNKS = Integer.getInteger("scrub.chunks", 300);
    private static final int DAMAGED_CHUNKS = Integer.getInteger("scrub.damaged", 30);

    /** Requests of the client before the scrub begins, for its speed without it. */
    private static final int REQUESTS_BEFORE = CHUNKS;

    /** Of the damaged chunks so many are so on two servers. */
    private static final int TWICE = 5;

    private static final int MAX_LENGTH = 150_000;

    /** All chunks, and as much again for the client, below the threshold from which a server warns. */
    private static final String SPACE = 1024 + 3 * CHUNKS * (MAX_LENGTH / 1000) / 1000 + "MiB";

    private static final Duration PATIENCE = Duration.ofMinutes(3).plusSeconds(CHUNKS / 10);

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final List<ServerProcess> servers = new ArrayList<>();
    private ServerProcess master;
    private TcpTransport transport;
    private ChunkClient client;
    private MasterClient masterClient;
    private PlacedServers placed;

    @BeforeEach
    void start() throws IOException {
        master = ServerProcess.startMaster("--replication", String.valueOf(SERVERS), "--heartbeat-interval", "500ms");
        Path config = directory.resolve("scrub.toml");
        Files.writeString(config, "[scrub]\nbytes_per_second = \"64MiB\"\ninterval = \"0s\"\n");
        for (int number = 0; number < SERVERS; number++) {
            servers.add(ServerProcess.start(
                    directory.resolve("s" + number),
                    "--config",
                    config.toString(),
                    "--server-id",
                    "s" + number,
                    "--master",
                    master.address(),
                    "--heartbeat-interval",
                    "500ms",
                    "--space",
                    SPACE));
        }
        transport = new TcpTransport(TcpTransportConfig.DEFAULT);
        client = new ChunkClient(transport, ClientConfig.DEFAULT);
        masterClient =
                new MasterClient(transport, List.of(ServerAddress.parse(master.address())), ClientConfig.DEFAULT);
        placed = new PlacedServers(masterClient, SERVERS, null, null, Duration.ofSeconds(20));
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() ->
                        status().members().stream().filter(ScrubIT::isAlive).count() == SERVERS);
    }

    @AfterEach
    void stop() throws IOException {
        masterClient.close();
        client.close();
        transport.close();
        for (ServerProcess server : servers) {
            server.close();
        }
        master.close();
    }

    @Test
    void exactlyWhatIsDamagedIsFoundAndHealedWhileAClientIsAtWork() throws Exception {
        for (int index = 0; index < CHUNKS; index++) {
            store(chunk(index));
        }
        awaitWhole();
        ClusterLoad load = new ClusterLoad(client, placed, "/load", SEED);
        Thread thread = new Thread(load, "load");
        Speed before = new Speed(load);
        thread.start();
        await().atMost(PATIENCE).until(() -> load.requests() >= REQUESTS_BEFORE);
        before.end();
        Map<Integer, Set<String>> damaged = damage();

        Speed beside = new Speed(load);
        for (ServerProcess server : servers) {
            JsonNode begun = Cli.answer("scrub", "start", "--server", server.address());
            assertThat(begun.get("schema").asText()).isEqualTo("chunkserver.scrub/1");
        }
        await().atMost(PATIENCE).until(this::allExamined);
        beside.end();
        LOG.warn(
                "seed {}: {} chunks on {} servers, {} files damaged; the client did {} before the scrub and {} beside it",
                SEED,
                CHUNKS,
                SERVERS,
                damaged.values().stream().mapToInt(Set::size).sum(),
                before,
                beside);
        for (int number = 0; number < SERVERS; number++) {
            int of = number;
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(quarantined(of))
                            .as("hashes in the quarantine of s%s, seed %s", of, SEED)
                            .isEqualTo(damaged.get(of)));
            assertThat(client.status(address(number)).takenOut())
                    .as("copies that s%s took out of service, seed %s", number, SEED)
                    .isEqualTo(damaged.get(number).size());
        }
        RunnerJar.Outcome told = Cli.run(
                "-o", "json", "scrub", "status", "--server", servers.get(0).address());
        assertThat(told.exitCode()).as(told.err()).isEqualTo(7);
        assertThat(told.json().get("strays").asLong()).isZero();
        assertThat(told.json().get("unreadable").asLong()).isZero();

        load.stop();
        thread.join();
        awaitWhole();
        for (int number = 0; number < SERVERS; number++) {
            for (int index = 0; index < CHUNKS; index++) {
                assertRight(number, chunk(index), bytes(chunk(index)));
            }
            assertThat(client.status(address(number)).lostChunks()).isZero();
            for (Map.Entry<ChunkId, ClusterLoad.Stored> stored : load.stored().entrySet()) {
                assertRight(
                        number,
                        stored.getKey(),
                        ClusterLoad.bytes(stored.getKey(), stored.getValue().round()));
            }
        }
        assertThat(load.stored()).as("what the client stored meanwhile").isNotEmpty();
        assertThat(load.failures()).as("requests that failed meanwhile").isEmpty();
    }

    /** What the client does in a while. */
    private static final class Speed {

        private final ClusterLoad load;
        private final long begun = System.nanoTime();
        private final int first;
        private double seconds;
        private int requests;

        Speed(ClusterLoad load) {
            this.load = load;
            this.first = load.requests();
        }

        void end() {
            seconds = (System.nanoTime() - begun) / 1e9;
            requests = load.requests() - first;
        }

        @Override
        public String toString() {
            return "%d requests in %.1f s (%.1f/s)".formatted(requests, seconds, requests / seconds);
        }
    }

    private void assertRight(int number, ChunkId chunk, byte[] right) throws IOException {
        ByteArrayOutputStream copy = new ByteArrayOutputStream();
        client.read(address(number), chunk, ReadOptions.ALL, copy);
        assertThat(copy.toByteArray())
                .as("bytes of %s at s%s, seed %s", chunk, number, SEED)
                .isEqualTo(right);
    }

    @Test
    void verifyingADamagedCopySaysWhereAndHasItHealed() throws Exception {
        ChunkId chunk = chunk(1);
        store(chunk);
        awaitWhole();
        flip(file(2, chunk), 70_000);

        String server = servers.get(2).address();
        RunnerJar.Outcome found = Cli.run("chunk", "verify", chunk.toString(), "--server", server);
        assertThat(found.exitCode()).isEqualTo(7);
        assertThat(found.err()).contains("s2", chunk.toString(), "block 1");

        await().atMost(PATIENCE)
                .until(() -> Cli.run("chunk", "verify", chunk.toString(), "--server", server)
                                .exitCode()
                        == 0);
        await("for the master to hear of the new copy").atMost(PATIENCE).untilAsserted(() -> {
            RunnerJar.Outcome all =
                    Cli.run("-o", "json", "chunk", "verify", chunk.toString(), "--master", master.address());
            assertThat(all.exitCode()).isZero();
            assertThat(all.out().lines()).hasSize(SERVERS).allMatch(line -> line.contains("\"sound\":true"));
        });
        assertThat(Cli.run("chunk", "verify", "/none#0", "--server", server).exitCode())
                .isEqualTo(4);
    }

    /** Changes one byte each; returns the hashes of the chunks by server. */
    private Map<Integer, Set<String>> damage() throws IOException {
        Map<Integer, Set<String>> damaged = new HashMap<>();
        for (int number = 0; number < SERVERS; number++) {
            damaged.put(number, new TreeSet<>());
        }
        Set<Integer> chosen = new TreeSet<>();
        while (chosen.size() < DAMAGED_CHUNKS) {
            chosen.add(random.nextInt(CHUNKS));
        }
        int times = 0;
        for (int index : chosen) {
            int number = random.nextInt(SERVERS);
            for (int copies = times++ < TWICE ? 2 : 1; copies > 0; copies--) {
                Path file = file(number, chunk(index));
                flip(file, random.nextInt((int) Files.size(file)));
                damaged.get(number).add(hash(chunk(index)));
                number = (number + 1) % SERVERS;
            }
        }
        return damaged;
    }

    private static void flip(Path file, int position) throws IOException {
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.seek(position);
            int was = open.read();
            open.seek(position);
            open.write(was ^ 0x10);
        }
    }

    private boolean allExamined() throws IOException {
        for (int number = 0; number < SERVERS; number++) {
            if (client.scrubStatus(address(number)).running()) {
                return false;
            }
        }
        return true;
    }

    private Set<String> quarantined(int number) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("s" + number).resolve("quarantine"))) {
            return files.map(file -> file.getFileName().toString().split("\\.")[0])
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private Path file(int number, ChunkId chunk) {
        String hash = hash(chunk);
        int bits = Integer.parseInt(hash.substring(0, 3), 16);
        return directory
                .resolve("s" + number)
                .resolve("chunks")
                .resolve("%02x".formatted(bits >> 6))
                .resolve("%02x".formatted(bits & 63))
                .resolve(hash + ".chunk");
    }

    private static String hash(ChunkId chunk) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(chunk.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static ChunkId chunk(int index) {
        return new ChunkId("/scrubbed", index);
    }

    private static byte[] bytes(ChunkId chunk) {
        Random drawn = new Random(chunk.index());
        byte[] bytes = new byte[chunk.index() == 1 ? MAX_LENGTH : 1 + drawn.nextInt(MAX_LENGTH)];
        drawn.nextBytes(bytes);
        return bytes;
    }

    private void store(ChunkId chunk) throws IOException {
        byte[] bytes = bytes(chunk);
        placed.write(
                chunk,
                bytes.length,
                target ->
                        client.store(target.primary(), chunk, ChunkSource.of(bytes), target.options(Attributes.NONE)));
    }

    private ServerAddress address(int number) {
        return ServerAddress.parse(servers.get(number).address());
    }

    private ClusterStatus status() throws IOException {
        return masterClient.status();
    }

    private static boolean isAlive(MemberStatus member) {
        return member.liveness() == Liveness.LIVE && member.lastHeartbeat() != null;
    }

    private void awaitWhole() {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .during(Duration.ofSeconds(2))
                .until(() -> status().underReplicated() == 0 && status().withoutCopy() == 0);
    }
}
