package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceAlert;
import io.chunkserver.core.space.SpaceConfig;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.space.SpaceThresholds;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** S1 and S4 of a whole server: at its limit, and on a disk without a free byte. */
@ExtendWith(ExpectedErrors.class)
class FullServerTest {

    private static final Path FILLER = Path.of("filler");
    private static final Duration A_WHILE = Duration.ofSeconds(5);
    private static final int CHUNK_BYTES = 3 * BlockLayout.BLOCK_BYTES + 17;
    private static final TransactionLogConfig LOG = new TransactionLogConfig(
            TransactionLogConfig.MIN_SEGMENT_BYTES,
            TransactionLogConfig.DEFAULT.checkpointSegments(),
            TransactionLogConfig.DEFAULT.maxQueuedBytes(),
            TransactionLogConfig.DEFAULT.maxQueuedRecords(),
            OutcomeRetention.DEFAULT);

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private final List<SpaceAlert> alerts = new ArrayList<>();
    private final MemoryDisk disk = new MemoryDisk(16 << 20);
    private SimulatedTime.Life life;
    private ChunkServer server;
    private long sequence;

    private void start(long limitBytes, SpaceConfig space) throws IOException {
        life = time.life(Duration.ofMillis(1));
        server = ChunkServer.builder(disk)
                .config(ChunkServerConfig.DEFAULT
                        .withSpaceLimitBytes(limitBytes)
                        .withLog(LOG)
                        .withSpace(space))
                .environment(life.environment())
                .onSpaceAlert(alerts::add)
                .start();
        time.runFor(A_WHILE);
    }

    private void start(long limitBytes) throws IOException {
        start(limitBytes, SpaceConfig.DEFAULT.withThresholds(SpaceThresholds.NONE));
    }

    private CompletableFuture<Receipt> begin(ChunkId chunk, boolean delete, byte[] content) {
        StoreRequest request = new StoreRequest(
                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                chunk,
                delete,
                content.length,
                null,
                Attributes.NONE,
                Durability.SYNC,
                StoreRequest.DEFAULT_TIMEOUT);
        return server.begin(request, List.of())
                .thenCompose(writer -> {
                    feed(content, writer);
                    return writer.receipt();
                })
                .toCompletableFuture();
    }

    private static void feed(byte[] content, ChunkWriter writer) {
        LoneServer.write(writer, content);
    }

    private Receipt store(ChunkId chunk, byte[] content) {
        return await(begin(chunk, false, content));
    }

    private Receipt delete(ChunkId chunk) {
        return await(begin(chunk, true, new byte[0]));
    }

    private Receipt await(CompletableFuture<Receipt> receipt) {
        time.runFor(A_WHILE);
        assertThat(receipt).isDone();
        return receipt.join();
    }

    private static byte[] content(int seed) {
        byte[] bytes = new byte[CHUNK_BYTES];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    private static ChunkId chunk(int index) {
        return new ChunkId("full", index);
    }

    private static ErrorCode code(Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        return ((ChunkServerException) cause).code();
    }

    /** As many chunks as are taken, eight at a time. */
    private int fill() {
        int stored = 0;
        while (true) {
            List<CompletableFuture<Receipt>> round = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                round.add(begin(chunk(stored + i), false, content(stored + i)));
            }
            time.runFor(A_WHILE);
            assertThat(round).allMatch(CompletableFuture::isDone);
            SpaceSnapshot space = server.status().space();
            assertThat(space.usedBytes() + space.reservedBytes()).isLessThanOrEqualTo(space.limitBytes());
            long done = round.stream()
                    .filter(receipt -> !receipt.isCompletedExceptionally())
                    .count();
            for (int i = 0; i < 8; i++) {
                if (round.get(i).isCompletedExceptionally()) {
                    assertThat(server.stat(chunk(stored + i))).isEmpty();
                }
            }
            if (done < 8) {
                return stored + (int) done;
            }
            stored += 8;
        }
    }

    private List<ChunkId> chunks() {
        return server.list("", null, 10_000).stream().map(ChunkInfo::id).toList();
    }

    private void takeAllRoom() throws IOException {
        try (DiskFile filler = disk.create(FILLER)) {
            filler.writeFully(ByteBuffer.allocate((int) disk.freeBytes()), 0);
        }
        assertThat(disk.freeBytes()).isZero();
    }

    /** What the books say is what lies in the folders, also after a start that counts anew. */
    private void assertBooksEqualRecount(long limitBytes) throws IOException {
        SpaceSnapshot booked = server.status().space();
        assertThat(booked.reservedBytes()).isZero();
        assertThat(booked.usedBytes()).isEqualTo(recount(DataDirectory.CHUNKS));
        server.close();
        time.runFor(A_WHILE);
        start(limitBytes);
        assertThat(server.status().space().usedBytes()).isEqualTo(booked.usedBytes());
    }

    private long recount(Path folder) throws IOException {
        long bytes = 0;
        for (Path name : disk.list(folder)) {
            Path path = folder.resolve(name);
            bytes += disk.size(path).isPresent() ? disk.size(path).getAsLong() : recount(path);
        }
        return bytes;
    }

    @Test
    void atItsLimitToTheLastByteAServerDeletesAndStoresAgain() throws IOException {
        start(4 << 20);
        store(chunk(10_004), content(0));
        long one = server.status().space().usedBytes();
        server.close();
        // Room for exactly five chunks with paths of the same length, so that not a byte is left.
        start(5 * one);
        for (int i = 0; i < 4; i++) {
            store(chunk(i + 10_000), content(i));
        }
        assertThat(server.status().space().availableBytes()).isZero();
        assertThatThrownBy(() -> store(chunk(9), new byte[1]))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ErrorCode.INSUFFICIENT_SPACE));

        delete(chunk(10_000));

        store(chunk(20_000), new byte[100_000]);
        assertThat(server.stat(chunk(10_000))).isEmpty();
        assertThat(chunks()).hasSize(5);
        assertBooksEqualRecount(5 * one);
        server.close();
    }

    @Test
    void aDiskFilledByStoresAndThenByOthersToTheLastByteLosesNothingAndTakesDeletesAndThenStores() throws IOException {
        start(1L << 40);
        int stored = fill();
        assertThat(stored).isGreaterThan(20);
        takeAllRoom();
        List<ChunkId> before = chunks();

        assertThatThrownBy(() -> store(chunk(90_000), content(1)))
                .satisfies(e -> assertThat(code(e)).isEqualTo(ErrorCode.INSUFFICIENT_SPACE));
        assertThat(server.status().state()).isEqualTo(ServerState.READ_ONLY);
        delete(before.get(0));
        delete(before.get(1));

        disk.delete(FILLER);
        store(chunk(90_001), content(2));
        assertThat(chunks()).hasSize(before.size() - 1).doesNotContain(before.get(0), before.get(1));
        for (ChunkId chunk : chunks()) {
            assertThat(server.stat(chunk)).isPresent();
        }
        assertBooksEqualRecount(1L << 40);
        server.close();
    }

    @Test
    void aServerStartsOnAFullDiskServesDeletesAndPutsItsReserveBack() throws IOException {
        start(1L << 40);
        store(chunk(0), content(0));
        store(chunk(1), content(1));
        server.close();
        takeAllRoom();

        start(1L << 40);
        assertThat(server.stat(chunk(0))).isPresent();
        delete(chunk(0));
        assertThat(disk.size(Path.of("reserve")).orElseThrow()).isLessThan(256 * 1024);

        disk.delete(FILLER);
        time.runFor(Duration.ofMinutes(2));
        assertThat(disk.size(Path.of("reserve"))).hasValue(256 * 1024);
        server.close();
    }

    @Test
    void aServerIsReadOnlyFromItsThresholdOnSaysSoAndTakesChunksAgainByItself() throws IOException {
        start(1 << 20, SpaceConfig.DEFAULT);
        for (int i = 0; i < 5; i++) {
            store(chunk(i), content(i));
        }
        byte[] rest = new byte[40_000];
        store(chunk(5), rest);
        assertThat(server.status().spaceLevel()).isEqualTo(SpaceLevel.READ_ONLY);
        assertThat(server.status().state()).isEqualTo(ServerState.READ_ONLY);
        assertThat(server.status().reason()).contains("97", "available", "below 93 %");

        assertThatThrownBy(() -> store(chunk(6), new byte[10])).satisfies(e -> {
            assertThat(code(e)).isEqualTo(ErrorCode.READ_ONLY);
            assertThat(((ChunkServerException) e.getCause()).failure().availableBytes())
                    .hasValue(server.status().space().availableBytes());
            assertThat(e.getMessage()).contains("chunk " + chunk(6));
        });
        assertThat(server.stat(chunk(0))).isPresent();
        delete(chunk(0));

        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        store(chunk(6), new byte[10]);
        assertThat(alerts)
                .extracting(SpaceAlert::now)
                .containsExactly(SpaceLevel.WARN, SpaceLevel.READ_ONLY, SpaceLevel.NORMAL);
        server.close();
    }

    @Test
    void aTombstoneGoesAfterItsTimeAndItsBytesWithIt() throws IOException {
        start(1 << 20, SpaceConfig.DEFAULT.withTombstoneAge(Duration.ofHours(1)));
        store(chunk(0), content(0));
        store(chunk(1), content(1));
        delete(chunk(0));
        time.runFor(Duration.ofMinutes(50));
        assertThat(server.status().store().tombstones()).isEqualTo(1);

        time.runFor(Duration.ofMinutes(15));

        assertThat(server.status().store().tombstones()).isZero();
        assertThat(server.status().space().usedBytes()).isEqualTo(recount(DataDirectory.CHUNKS));
        assertThat(chunks()).containsExactly(chunk(1));
        server.close();
    }

    @Test
    void aDriftBetweenBooksAndDiskIsToldAndNotCorrected() throws IOException {
        start(1 << 20);
        store(chunk(0), content(0));
        store(chunk(1), content(1));
        time.runFor(Duration.ofMinutes(5));
        assertThat(server.status().spaceDriftBytes()).isZero();
        long used = server.status().space().usedBytes();

        long lost = removeOneFile(DataDirectory.CHUNKS).orElseThrow();
        time.runFor(Duration.ofMinutes(5));

        assertThat(server.status().spaceDriftBytes()).isEqualTo(lost);
        assertThat(server.status().space().usedBytes()).isEqualTo(used);
        server.close();
    }

    private Optional<Long> removeOneFile(Path folder) throws IOException {
        for (Path name : disk.list(folder)) {
            Path path = folder.resolve(name);
            if (disk.size(path).isEmpty()) {
                Optional<Long> below = removeOneFile(path);
                if (below.isPresent()) {
                    return below;
                }
            } else {
                long size = disk.size(path).getAsLong();
                disk.delete(path);
                return Optional.of(size);
            }
        }
        return Optional.empty();
    }
}
