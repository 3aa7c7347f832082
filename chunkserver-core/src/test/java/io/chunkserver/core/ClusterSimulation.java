package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.testkit.ChosenCrash;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedNetwork;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three real servers on one thread with simulated time, network and disks: clients store while servers crash, which leaves of
 * what was not forced whatever chance says, messages are lost or come twice and links are cut. In the end, when all is healed, the promises are checked.
 *
 * <p>One seed is one run. To repeat one: {@code mvn -pl chunkserver-core test -Dtest=ClusterSimulation -Dsimulation.seed=SEED}.
 * To explore more: {@code -Dsimulation.runs=N}.
 */
class ClusterSimulation {

    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final int CHUNKS = 3;
    private static final int STEPS = 60;
    private static final int DEFAULT_RUNS = 100;

    /** Most stores are over by then: a crash before it hits every step of the protocol sooner or later. */
    private static final Duration LONGEST_STORE = Duration.ofMillis(400);

    static IntStream seeds() {
        Integer one = Integer.getInteger("simulation.seed");
        return one != null
                ? IntStream.of(one)
                : IntStream.range(0, Integer.getInteger("simulation.runs", DEFAULT_RUNS));
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void committedChunksSurviveAndMembersAgree(int seed) throws IOException {
        new Run(seed).play();
    }

    /** A store as its client sees it. */
    private static final class Store {
        private final TransactionId id;
        private final int length;
        private String outcome = "unknown";

        Store(TransactionId id, int length) {
            this.id = id;
            this.length = length;
        }
    }

    private static final class Run {

        private final SplittableRandom random;
        private final SimulatedTime time;
        private final SimulatedNetwork network;
        private final Map<String, MemoryDisk> disks = new HashMap<>();
        private final Map<String, SimulatedTime.Life> lives = new HashMap<>();
        private final Map<String, ChunkServer> servers = new LinkedHashMap<>();
        private final Map<ChunkId, List<Store>> stores = new LinkedHashMap<>();
        private final Map<ChunkId, Receipt> newest = new HashMap<>();
        private final CrashMode mode;
        private boolean healed;
        private long sequence;

        Run(int seed) {
            random = new SplittableRandom(seed);
            mode = random.nextBoolean() ? CrashMode.POSIX : CrashMode.JOURNAL;
            time = new SimulatedTime(random);
            network = new SimulatedNetwork(time, random);
            NAMES.forEach(name -> disks.put(name, new MemoryDisk()));
        }

        void play() throws IOException {
            for (String name : NAMES) {
                start(name);
            }
            network.lossRate(random.nextInt(3) * 0.02);
            for (int step = 0; step < STEPS; step++) {
                act();
                time.runFor(time.upTo(Duration.ofSeconds(2)));
            }
            heal();
            time.runFor(Duration.ofMinutes(3));
            check();
        }

        private void act() throws IOException {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            switch (random.nextInt(10)) {
                case 0, 1 -> crash(name);
                case 2, 3, 4 -> {
                    if (!servers.containsKey(name)) {
                        start(name);
                    }
                }
                case 5 -> network.cut(name, NAMES.get(random.nextInt(NAMES.size())));
                case 6 -> network.heal();
                default -> {
                    store(name);
                    if (random.nextInt(3) == 0) {
                        String victim = NAMES.get(random.nextInt(NAMES.size()));
                        time.after(time.upTo(LONGEST_STORE), () -> crashUnlessHealed(victim));
                    }
                }
            }
        }

        private void start(String name) throws IOException {
            SimulatedTime.Life life = time.life(Duration.ofMillis(20));
            ChunkServer server = ChunkServer.builder(disks.get(name))
                    .serverId(new ServerId(name))
                    .config(ChunkServerConfig.DEFAULT.withLog(smallLog()))
                    .replicas(network.seenBy(name))
                    .environment(life.environment())
                    .start();
            server.reachableAt(name, 0);
            lives.put(name, life);
            servers.put(name, server);
            network.up(name, server);
        }

        /** Small segments, so that runs rotate and compact the log. */
        private static TransactionLogConfig smallLog() {
            TransactionLogConfig usual = TransactionLogConfig.DEFAULT;
            return new TransactionLogConfig(
                    TransactionLogConfig.MIN_SEGMENT_BYTES,
                    usual.checkpointSegments(),
                    usual.maxQueuedBytes(),
                    usual.maxQueuedRecords(),
                    usual.outcomes());
        }

        private void crash(String name) {
            if (servers.remove(name) != null) {
                network.down(name);
                lives.get(name).end();
                disks.get(name).crash(mode, ChosenCrash.random(random));
            }
        }

        /** A crash that was drawn in the last step may come when all has been healed. */
        private void crashUnlessHealed(String name) {
            if (!healed) {
                crash(name);
            }
        }

        private void store(String primary) {
            ChunkServer server = servers.get(primary);
            if (server == null) {
                return;
            }
            ChunkId chunk = new ChunkId("file", random.nextInt(CHUNKS));
            Store store =
                    new Store(new TransactionId("client", time.now().toMillis(), sequence++), random.nextInt(150_000));
            stores.computeIfAbsent(chunk, id -> new ArrayList<>()).add(store);
            StoreRequest request = new StoreRequest(
                    store.id,
                    chunk,
                    false,
                    store.length,
                    null,
                    Attributes.NONE,
                    Durability.SYNC,
                    Duration.ofSeconds(10));
            List<String> others = new ArrayList<>(NAMES);
            others.remove(primary);
            server.begin(request, others)
                    .thenAccept(writer -> write(writer, store))
                    .exceptionally(refused -> {
                        store.outcome = "aborted";
                        return null;
                    });
        }

        private void write(ChunkWriter writer, Store store) {
            writer.receipt().whenComplete((receipt, failure) -> {
                if (failure == null) {
                    store.outcome = "committed";
                    newest.merge(receipt.chunk(), receipt, (a, b) -> a.version().isNewerThan(b.version()) ? a : b);
                } else if (ChunkServerException.from(failure).code() != ErrorCode.OUTCOME_UNKNOWN) {
                    store.outcome = "aborted";
                }
            });
            ByteBuffer bytes = ByteBuffer.wrap(content(store));
            int crc = CheckedBlock.of(bytes).crc32c();
            for (int from = 0; from < store.length; from += 65_536) {
                int to = Math.min(store.length, from + 65_536);
                writer.write(CheckedBlock.of(bytes.slice(from, to - from)));
            }
            if (random.nextInt(20) == 0) {
                writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client changed its mind"));
            } else {
                writer.finish(store.length, crc);
            }
        }

        private static byte[] content(Store store) {
            byte[] bytes = new byte[store.length];
            new java.util.Random(store.id.sequence()).nextBytes(bytes);
            return bytes;
        }

        private void heal() throws IOException {
            healed = true;
            network.heal();
            for (String name : NAMES) {
                if (!servers.containsKey(name)) {
                    start(name);
                }
            }
        }

        private void check() throws IOException {
            for (ChunkServer server : servers.values()) {
                assertThat(server.transactions())
                        .as("transactions that are not over at %s", server.self())
                        .isEmpty();
                assertThat(server.status().space().reservedBytes())
                        .as("bytes reserved at %s", server.self())
                        .isZero();
                assertThat(server.status().space().usedBytes())
                        .as("space of %s is what is on its disk", server.self())
                        .isEqualTo(server.list("", null, 100).stream()
                                .mapToLong(ChunkInfo::storedBytes)
                                .sum());
                assertThat(stagedFiles(disks.get(server.self().id().value()), DataDirectory.CHUNKS))
                        .as("staged files of %s", server.self())
                        .isEmpty();
            }
            for (ChunkId chunk : stores.keySet()) {
                checkChunk(chunk);
            }
        }

        private static List<Path> stagedFiles(Disk disk, Path folder) throws IOException {
            List<Path> found = new ArrayList<>();
            for (Path name : disk.list(folder)) {
                Path path = folder.resolve(name);
                if (disk.size(path).isEmpty()) {
                    found.addAll(stagedFiles(disk, path));
                } else if (name.toString().endsWith(".staged")) {
                    found.add(path);
                }
            }
            return found;
        }

        private void checkChunk(ChunkId chunk) throws IOException {
            Set<String> seen = new HashSet<>();
            for (ChunkServer server : servers.values()) {
                Optional<ChunkInfo> info = server.stat(chunk);
                seen.add(info.map(i -> i.version() + " by " + i.transaction()).orElse("none"));
                if (info.isPresent()) {
                    checkContent(server, info.get());
                }
            }
            assertThat(seen).as("versions of chunk %s on the members", chunk).hasSize(1);
            Receipt receipt = newest.get(chunk);
            if (receipt != null) {
                ChunkInfo info = servers.get("a").stat(chunk).orElseThrow();
                assertThat(info.version())
                        .as("version of chunk %s after it was acknowledged", chunk)
                        .isGreaterThanOrEqualTo(receipt.version());
            }
        }

        private void checkContent(ChunkServer server, ChunkInfo info) throws IOException {
            Store store = stores.get(info.id()).stream()
                    .filter(candidate -> candidate.id.equals(info.transaction()))
                    .findFirst()
                    .orElseThrow();
            assertThat(store.outcome)
                    .as("what the client of visible transaction %s was told", store.id)
                    .isNotEqualTo("aborted");
            assertThat(read(server, info))
                    .as("bytes of chunk %s at %s", info.id(), server.self())
                    .isEqualTo(content(store));
        }

        /** Opening completes on the server's disk executor, which runs as time goes on. */
        private byte[] read(ChunkServer server, ChunkInfo info) throws IOException {
            CompletionStage<ChunkReader> opening = server.open(info.id(), ReadMode.COMMITTED);
            time.runFor(Duration.ofSeconds(1));
            try (ChunkReader reader = opening.toCompletableFuture().join()) {
                ByteBuffer bytes = ByteBuffer.allocate((int) info.lengthBytes());
                for (int block = 0; block < BlockLayout.blockCount(info.lengthBytes()); block++) {
                    reader.read(block, bytes);
                }
                return bytes.array();
            }
        }
    }
}
