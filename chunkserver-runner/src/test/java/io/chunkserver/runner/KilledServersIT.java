package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.protocol.ServerStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kills the primary or a replica at many moments of a store, with SIGKILL, on real processes and disks. After every round all chunks are looked
 * at on all servers: what was acknowledged last is there, or what was stored after it and may have been committed.
 *
 * <p>Rounds and seed: {@code -Dkills.rounds=N -Dkills.seed=S}. A seed repeats the moments of the kills, not what the machine does
 * in them.
 */
class KilledServersIT {

    private static final Logger LOG = LoggerFactory.getLogger(KilledServersIT.class);

    private static final int ROUNDS = Integer.getInteger("kills.rounds", 12);
    private static final long SEED = Long.getLong("kills.seed", 20_260_101L);
    private static final int SERVERS = 3;
    private static final int CHUNKS = 4;
    private static final int MAX_LENGTH = 4 * 1024 * 1024;

    /*
     * How late a kill may come. A store takes longer while servers are fresh or the machine is busy, so the span follows what it
     * finds: kills are to hit every step, and now and then none.
     */
    private static final int FIRST_SPAN_MILLIS = 200;
    private static final int MIN_SPAN_MILLIS = 50;
    private static final int MAX_SPAN_MILLIS = 2_000;
    private static final double LONGER = 1.25;
    private static final double SHORTER = 0.75;

    @TempDir
    private Path directory;

    private final Random random = new Random(SEED);
    private final List<ServerProcess> servers = new ArrayList<>();
    private final List<ServerAddress> addresses = new ArrayList<>();
    private final Map<ChunkId, Story> stories = new HashMap<>();
    private final ScheduledExecutorService executioner = Executors.newScheduledThreadPool(2);
    private TcpTransport transport;
    private ChunkClient client;

    @BeforeEach
    void start() throws IOException {
        for (int number = 0; number < SERVERS; number++) {
            servers.add(serve(number));
            addresses.add(ServerAddress.parse(servers.get(number).address()));
        }
        transport = new TcpTransport(TcpTransportConfig.DEFAULT);
        client = new ChunkClient(transport, ClientConfig.DEFAULT);
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        transport.close();
        executioner.shutdownNow();
        for (ServerProcess server : servers) {
            server.close();
        }
    }

    @Test
    void afterAKillAtAnyMomentAllMembersHaveTheChunkOrNoneHas() throws IOException {
        int committed = 0;
        int aborted = 0;
        double spanMillis = FIRST_SPAN_MILLIS;
        for (int round = 0; round < ROUNDS; round++) {
            ChunkId chunk = new ChunkId("file", random.nextInt(CHUNKS));
            byte[] bytes = new byte[random.nextInt(MAX_LENGTH)];
            random.nextBytes(bytes);
            int victim = random.nextInt(SERVERS);
            long delayMillis = Math.round(random.nextDouble() * spanMillis);
            TransactionId transaction = new TransactionId("kills", System.currentTimeMillis(), round);

            CompletableFuture<Void> killed = CompletableFuture.runAsync(
                    servers.get(victim)::kill,
                    CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS, executioner));
            Optional<Receipt> receipt = store(chunk, bytes, transaction);
            killed.join();
            servers.set(victim, serve(victim));
            awaitQuiet();

            stories.computeIfAbsent(chunk, any -> new Story()).tried(transaction, bytes, receipt.isPresent());
            for (Map.Entry<ChunkId, Story> story : stories.entrySet()) {
                String when = "chunk %s in round %s of seed %s, server %s killed"
                        .formatted(story.getKey(), round, SEED, victim);
                story.getValue().check(story.getKey(), when);
            }
            checkSpace();
            committed += receipt.isPresent() ? 1 : 0;
            aborted += receipt.isPresent() ? 0 : 1;
            spanMillis = receipt.isPresent()
                    ? Math.max(MIN_SPAN_MILLIS, spanMillis * SHORTER)
                    : Math.min(MAX_SPAN_MILLIS, spanMillis * LONGER);
        }
        LOG.warn("{} rounds of seed {}: {} committed, {} not", ROUNDS, SEED, committed, aborted);
        assertThat(committed).as("stores that were over before the kill").isPositive();
    }

    /** What the client knows of one chunk. */
    private final class Story {

        /** The bytes of what was acknowledged last, and of what was tried since, by their transactions. */
        private final Map<TransactionId, byte[]> possible = new HashMap<>();

        private boolean acknowledged;
        private ChunkVersion seen = ChunkVersion.NONE;

        void tried(TransactionId transaction, byte[] bytes, boolean committed) {
            if (committed) {
                acknowledged = true;
                possible.clear();
            }
            possible.put(transaction, bytes);
        }

        /** All servers have the same, which may be there; nothing else may be any more. */
        void check(ChunkId chunk, String when) throws IOException {
            Set<Optional<ChunkInfo>> copies = new HashSet<>();
            for (ServerAddress address : addresses) {
                Optional<ChunkInfo> info = stat(address, chunk);
                copies.add(info);
                if (info.isPresent()) {
                    ByteArrayOutputStream copy = new ByteArrayOutputStream();
                    client.read(address, chunk, ReadOptions.ALL, copy);
                    assertThat(possible)
                            .as("what may be there: %s", when)
                            .containsKey(info.get().transaction());
                    assertThat(copy.toByteArray())
                            .as("bytes at %s: %s", address, when)
                            .isEqualTo(possible.get(info.get().transaction()));
                }
            }
            assertThat(copies).as("copies: %s", when).hasSize(1);
            Optional<ChunkInfo> copy = copies.iterator().next();
            assertThat(copy.isPresent() || !acknowledged)
                    .as("what was acknowledged is there: %s", when)
                    .isTrue();
            copy.ifPresent(this::remember);
            assertThat(copy.map(ChunkInfo::version).orElse(ChunkVersion.NONE))
                    .as("versions never go back: %s", when)
                    .isEqualTo(seen);
        }

        /** What is decided now stays, whatever the client was told. */
        private void remember(ChunkInfo info) {
            possible.keySet().retainAll(Set.of(info.transaction()));
            acknowledged = true;
            if (!seen.isNewerThan(info.version())) {
                seen = info.version();
            }
        }
    }

    /** Empty when the store failed or its outcome is not known to the client. */
    private Optional<Receipt> store(ChunkId chunk, byte[] bytes, TransactionId transaction) throws IOException {
        try {
            return Optional.of(client.store(
                    addresses.get(0),
                    chunk,
                    ChunkSource.of(bytes),
                    StoreOptions.DEFAULT
                            .withReplicas(addresses.subList(1, SERVERS))
                            .withTransaction(transaction)
                            .withTimeout(Duration.ofSeconds(2))));
        } catch (ChunkServerException e) {
            LOG.info("store of {}: {}", chunk, e.getMessage());
            return Optional.empty();
        }
    }

    private void awaitQuiet() {
        await().atMost(Duration.ofMinutes(2)).ignoreExceptions().untilAsserted(() -> {
            for (ServerAddress address : addresses) {
                assertThat(client.transactions(address)).isEmpty();
            }
        });
    }

    private Optional<ChunkInfo> stat(ServerAddress address, ChunkId chunk) throws IOException {
        try {
            return Optional.of(client.stat(address, chunk).info());
        } catch (ChunkServerException.NotFound e) {
            return Optional.empty();
        }
    }

    /** What a server counts is what is on its disk, and nothing is left of what was not committed. */
    private void checkSpace() throws IOException {
        for (int number = 0; number < SERVERS; number++) {
            ServerStatus status = client.status(addresses.get(number));
            assertThat(status.space().reservedBytes()).isZero();
            assertThat(status.space().usedBytes())
                    .as("used bytes of server %s", number)
                    .isEqualTo(bytesOnDisk(data(number).resolve("chunks")));
        }
    }

    private static long bytesOnDisk(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> {
                        try {
                            return Files.size(file);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    })
                    .sum();
        }
    }

    private Path data(int number) {
        return directory.resolve("server" + number);
    }

    private ServerProcess serve(int number) throws IOException {
        return ServerProcess.start(data(number), "--server-id", "s" + number, "--x", String.valueOf(number));
    }
}
