package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FakeMaster;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server that runs is given another data directory. In simulated time. */
@ExtendWith(ExpectedErrors.class)
class DirectoryAdditionTest {

    private static final int LENGTH = 10_000;

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(11));
    private final FakeMaster master = new FakeMaster();
    private final List<MemoryDisk> disks = List.of(new MemoryDisk(), new MemoryDisk(), new MemoryDisk());
    private final List<Predicate<DiskOperation>> failing =
            new ArrayList<>(Collections.nCopies(3, DirectoryAdditionTest::none));
    private ChunkServer server;
    private long sequence;

    @BeforeEach
    void start() throws IOException {
        start(0);
        for (int number = 0; number < 5; number++) {
            store(number);
        }
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        assertThat(disks).allSatisfy(disk -> assertThat(disk.openFiles()).isZero());
    }

    private void start(int first, int... others) throws IOException {
        ChunkServerBuilder builder = ChunkServer.builder(disk(first));
        for (int other : others) {
            builder.disk(disk(other));
        }
        server = builder.serverId(new ServerId("a"))
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        server.reachableAt("a:1", 4711);
        server.followMasters(List.of(new KnownMaster("m:1", master)), 0);
        time.runFor(Duration.ofSeconds(30));
    }

    private FaultyDisk disk(int index) {
        return new FaultyDisk(
                disks.get(index),
                operation -> failing.get(index).test(operation) ? DiskFault.IO_ERROR : DiskFault.NONE);
    }

    private static boolean none(DiskOperation operation) {
        return false;
    }

    private void add(int index) throws IOException {
        server.addDirectory(disk(index));
    }

    private CompletableFuture<ChunkWriter> begin(int number) {
        return server.begin(
                        new StoreRequest(
                                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                                new ChunkId("/f", number),
                                false,
                                LENGTH,
                                null,
                                Attributes.NONE,
                                Durability.SYNC,
                                Duration.ofMinutes(1)),
                        List.of())
                .toCompletableFuture();
    }

    private void store(int number) {
        CompletableFuture<Receipt> receipt = end(begin(number), number);
        time.runFor(Duration.ofSeconds(2));
        assertThat(receipt).isCompleted();
    }

    private static CompletableFuture<Receipt> end(CompletableFuture<ChunkWriter> begun, int number) {
        return begun.thenCompose(writer -> {
            byte[] content = new byte[LENGTH];
            new Random(number).nextBytes(content);
            LoneServer.write(writer, content);
            return writer.receipt();
        });
    }

    private int chunksOn(int disk) throws IOException {
        MemoryDisk root = disks.get(disk);
        int count = 0;
        for (Path upper : root.list(DataDirectory.CHUNKS)) {
            for (Path lower : root.list(DataDirectory.CHUNKS.resolve(upper))) {
                count += (int) root.list(DataDirectory.CHUNKS.resolve(upper).resolve(lower)).stream()
                        .filter(name -> name.toString().endsWith(".chunk"))
                        .count();
            }
        }
        return count;
    }

    private UUID directory(int index) {
        return server.status().directories().get(index).uuid();
    }

    private static void assertFailed(ErrorCode code, String word, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(word);
    }

    private static boolean replacesTheIdentity(DiskOperation operation) {
        return operation.kind() == DiskOperation.Kind.RENAME
                && operation.path().toString().startsWith(DataDirectory.IDENTITY_FILE.toString());
    }

    @Test
    void newChunksGoThereAndTheOthersStay() throws IOException {
        long before = server.status().space().freeBytes();
        int heartbeats = master.heartbeats().size();
        add(1);
        assertThat(server.status().directories())
                .extracting(DirectoryStatus::state)
                .containsExactly(ServerState.READY, ServerState.READY);
        assertThat(server.status().space().freeBytes()).isGreaterThan(before);
        assertThat(server.status().space().limitBytes())
                .isEqualTo(server.config().spaceLimitBytes());
        time.runFor(Duration.ofSeconds(2));
        assertThat(master.heartbeats()).hasSizeGreaterThan(heartbeats);
        assertThat(master.heartbeats().get(master.heartbeats().size() - 1).space())
                .isEqualTo(server.status().space());
        assertThat(chunksOn(0)).isEqualTo(5);
        for (int number = 5; number < 25; number++) {
            store(number);
        }
        assertThat(chunksOn(1)).isBetween(4, 16);
        assertThat(server.list("", null, 100)).hasSize(25);
        assertThat(server.status().store().chunks()).isEqualTo(25);
        assertThat(master.reports().stream()
                        .mapToLong(report -> report.present().size())
                        .sum())
                .isGreaterThanOrEqualTo(25);
    }

    @Test
    void itMustBeNamedAtTheNextStart() throws IOException {
        add(1);
        for (int number = 5; number < 15; number++) {
            store(number);
        }
        UUID added = directory(1);
        server.close();
        assertFailed(ErrorCode.BAD_CONFIGURATION, added.toString(), () -> start(0));
        start(1, 0);
        assertThat(server.list("", null, 100)).hasSize(15);
        assertThat(server.identity().lastPort()).isEqualTo(4711);
    }

    @Test
    void aThirdOneIsTakenToo() throws IOException {
        add(1);
        add(2);
        assertThat(server.status().directories()).hasSize(3);
        server.close();
        start(2, 0, 1);
        assertThat(server.list("", null, 100)).hasSize(5);
    }

    @Test
    void whatIsInTheFirstOneCanBeMovedThere() throws IOException {
        UUID first = directory(0);
        assertThatThrownBy(() -> server.emptyDirectory(first, true)).hasMessageContaining("no other data directory");
        add(1);
        server.emptyDirectory(first, true);
        time.runFor(Duration.ofMinutes(2));

        assertThat(server.status().directories().get(0).isEmpty()).isTrue();
        assertThat(chunksOn(1)).isEqualTo(5);
    }

    @Test
    void aStoreThatIsUnderWayMeetsAnotherOneOfItsChunk() throws IOException {
        List<CompletableFuture<Receipt>> receipts = new ArrayList<>();
        List<CompletableFuture<ChunkWriter>> begun = new ArrayList<>();
        for (int number = 10; number < 20; number++) {
            begun.add(begin(number));
        }
        time.runFor(Duration.ofMillis(50));
        add(1);
        for (int number = 10; number < 20; number++) {
            receipts.add(end(begin(number), number));
            receipts.add(end(begun.get(number - 10), number));
        }
        time.runFor(Duration.ofMinutes(1));

        assertThat(receipts).allSatisfy(receipt -> assertThat(receipt).isDone());
        assertThat(chunksOn(0)).as("nothing is in two places").isEqualTo(15);
        assertThat(chunksOn(1)).isZero();
    }

    @Test
    void itIsDrainedAsTheServerIs() throws IOException {
        server.drain();
        add(1);
        assertThat(server.status().directories())
                .extracting(DirectoryStatus::state)
                .containsOnly(ServerState.DRAINING);
        assertThat(disks.get(1).list(Path.of(""))).contains(Path.of("draining"));

        server.resume();
        assertThat(server.status().directories())
                .extracting(DirectoryStatus::state)
                .containsOnly(ServerState.READY);
        assertThat(disks.get(1).list(Path.of(""))).doesNotContain(Path.of("draining"));
    }

    @Test
    void aServerThatGoesDownTakesNothingThereEither() throws IOException {
        server.drain(Duration.ofSeconds(1));
        add(1);
        assertThat(server.status().state()).isEqualTo(ServerState.DRAINING);
    }

    @Test
    void anUnsuitableOneIsRefusedAndTheServerGoesOn() throws IOException {
        disks.get(1).create(Path.of("holiday.jpg")).close();
        assertFailed(ErrorCode.INVALID_ARGUMENT, "holiday.jpg", () -> add(1));
        assertFailed(ErrorCode.INVALID_ARGUMENT, "a copy of it", () -> add(0));

        assertThat(server.status().directories()).hasSize(1);
        store(5);
        server.close();
        start(0);
        assertThat(server.list("", null, 100)).hasSize(6);
    }

    /** A directory that does not know of the new one would not miss it. */
    @Test
    void noneIsAddedWhileADiskHasFailed() throws IOException {
        add(1);
        failing.set(1, operation -> operation.kind() == DiskOperation.Kind.FORCE);
        for (int number = 5; number < 15; number++) {
            CompletableFuture<Receipt> receipt = end(begin(number), number);
            time.runFor(Duration.ofSeconds(2));
            assertThat(receipt).isDone();
        }
        assertThat(server.status().directories().get(1).state()).isEqualTo(ServerState.READ_ONLY);
        assertFailed(ErrorCode.DISK_FAILED, "cannot be told", () -> add(2));
        assertThat(disks.get(2).list(Path.of(""))).isEmpty();
        failing.set(1, DirectoryAdditionTest::none);
    }

    @Test
    void anAdditionThatAnotherDiskHasEndedIsDoneAgain() throws IOException {
        failing.set(0, DirectoryAdditionTest::replacesTheIdentity);
        assertFailed(ErrorCode.DISK_FAILED, "is not in use", () -> add(1));
        assertThat(server.status().directories()).hasSize(1);
        store(5);

        failing.set(0, DirectoryAdditionTest::none);
        add(1);
        assertThat(server.status().directories()).hasSize(2);
        server.close();
        start(0, 1);
        assertThat(server.list("", null, 100)).hasSize(6);
    }

    /** The others know it already, and its log cannot be made. */
    @Test
    void anAdditionThatItsOwnDiskHasEndedIsDoneAgain() throws IOException {
        failing.set(
                1,
                operation -> operation.kind() == DiskOperation.Kind.CREATE
                        && operation.path().startsWith(DataDirectory.LOG));
        assertFailed(ErrorCode.DISK_FAILED, "is not in use", () -> add(1));
        assertThat(server.status().directories()).hasSize(1);
        store(5);

        failing.set(1, DirectoryAdditionTest::none);
        add(1);
        for (int number = 6; number < 16; number++) {
            store(number);
        }
        assertThat(chunksOn(1)).isPositive();
    }

    @Test
    void aClosedServerTakesNone() throws IOException {
        server.close();
        assertFailed(ErrorCode.DRAINING, "closed", () -> add(1));
        assertThat(disks.get(1).list(Path.of(""))).isEmpty();
    }
}
