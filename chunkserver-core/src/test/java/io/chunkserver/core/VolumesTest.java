package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.OrderConfig;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FakeMaster;
import io.chunkserver.core.testkit.FakeReplica;
import io.chunkserver.core.testkit.FakeReplicas;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server with two disks: where chunks go, and what is left of it when one of them fails. In simulated time. */
@ExtendWith(ExpectedErrors.class)
class VolumesTest {

    private static final int LENGTH = 70_000;
    private static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    /** Two chunks of these a second. */
    private static final OrderConfig SLOW_COPIES = new OrderConfig(8, 2, 2L * LENGTH);

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(7));
    private final List<MemoryDisk> disks = List.of(new MemoryDisk(), new MemoryDisk());
    private final boolean[] failing = new boolean[2];
    private boolean unmounted;
    private boolean publicationsFail;
    private boolean published;
    private final FakeReplicas others = new FakeReplicas(new CallTrace());
    private final FakeReplica source = others.add("b", Location.ORIGIN);
    private final FakeMaster master = new FakeMaster();
    private ChunkServer server;
    private long sequence;

    @BeforeEach
    void start() throws IOException {
        start(0, 1);
    }

    /** What has failed cannot be closed well. */
    private void stop() throws IOException {
        if (failing[0] || failing[1]) {
            assertThatThrownBy(server::close).isInstanceOf(IOException.class).hasMessageContaining("memory disk");
        } else {
            server.close();
        }
    }

    @AfterEach
    void close() throws IOException {
        stop();
        assertThat(disks).allSatisfy(disk -> assertThat(disk.openFiles()).isZero());
    }

    private void start(int one, int other) throws IOException {
        open(one, other);
        time.runFor(LONG_ENOUGH);
    }

    private void open(int one, int other) throws IOException {
        open(ChunkServerConfig.DEFAULT.withOrders(SLOW_COPIES), one, other);
    }

    private void open(ChunkServerConfig config, int one, int other) throws IOException {
        server = ChunkServer.builder(disk(one))
                .disk(disk(other))
                .serverId(new ServerId("a"))
                .config(config)
                .replicas(others)
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        server.reachableAt("a:1", 0);
        server.followMasters(List.of(new KnownMaster("m:1", master)), 0);
    }

    private Disk disk(int index) {
        Disk faulty = new FaultyDisk(
                disks.get(index),
                operation -> (failing[index] && operation.kind() == DiskOperation.Kind.FORCE)
                                || (index == 0 && forcesAPublication(operation))
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE);
        return index == 0 ? faulty : unmountable(faulty);
    }

    /** The folder of a chunk whose file has got its name. */
    private boolean forcesAPublication(DiskOperation operation) {
        published |= publicationsFail
                && operation.kind() == DiskOperation.Kind.RENAME
                && operation.path().startsWith(DataDirectory.CHUNKS);
        return published
                && operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY
                && operation.path().startsWith(DataDirectory.CHUNKS);
    }

    /** The same disk, on which no folder is found while it is unmounted. */
    private Disk unmountable(Disk disk) {
        return (Disk) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (unmounted && method.getName().equals("stamp")) {
                        return Optional.empty();
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private static ChunkId chunk(int number) {
        return new ChunkId("/f", number);
    }

    private ChunkWriter begin(int number) {
        StoreRequest request = new StoreRequest(
                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                chunk(number),
                false,
                LENGTH,
                null,
                Attributes.NONE,
                Durability.SYNC,
                Duration.ofMinutes(1));
        CompletableFuture<ChunkWriter> begun = server.begin(request, List.of()).toCompletableFuture();
        time.runFor(Duration.ofMillis(100));
        return now(begun);
    }

    /** What has come; in simulated time nothing comes while somebody waits. */
    private static <T> T now(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    private static byte[] content(int number) {
        byte[] bytes = new byte[LENGTH];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    private Receipt store(int number) {
        ChunkWriter writer = begin(number);
        byte[] content = content(number);
        for (int from = 0; from < LENGTH; from += 65_536) {
            ByteBuffer block = ByteBuffer.wrap(content, from, Math.min(65_536, LENGTH - from));
            writer.write(CheckedBlock.of(block.slice()));
        }
        writer.finish(LENGTH, Crc32c.of(ByteBuffer.wrap(content)));
        time.runFor(Duration.ofSeconds(2));
        return now(writer.receipt());
    }

    private void delete(int number) {
        StoreRequest request = new StoreRequest(
                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                chunk(number),
                true,
                0,
                null,
                Attributes.NONE,
                Durability.SYNC,
                Duration.ofMinutes(1));
        ChunkWriter writer = await(server.begin(request, List.of()).toCompletableFuture());
        writer.finish(0, 0);
        await(writer.receipt().toCompletableFuture());
    }

    private void assertReadable(int number) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (var reader = await(server.open(chunk(number), ReadMode.COMMITTED).toCompletableFuture())) {
            VerifiedCopy.copy(reader, new ByteRange(0, LENGTH), read);
        }
        assertThat(read.toByteArray()).isEqualTo(content(number));
    }

    private <T> T await(CompletableFuture<T> stage) {
        time.runFor(Duration.ofSeconds(1));
        return now(stage);
    }

    private int chunksOn(int disk) throws IOException {
        return filesOn(disk, ".chunk");
    }

    private int staged(int disk) throws IOException {
        return filesOn(disk, ".staged");
    }

    private int filesOn(int disk, String ending) throws IOException {
        MemoryDisk root = disks.get(disk);
        int count = 0;
        for (var upper : root.list(DataDirectory.CHUNKS)) {
            for (var lower : root.list(DataDirectory.CHUNKS.resolve(upper))) {
                count += (int) root.list(DataDirectory.CHUNKS.resolve(upper).resolve(lower)).stream()
                        .filter(name -> name.toString().endsWith(ending))
                        .count();
            }
        }
        return count;
    }

    /** Which of the two disks a chunk that is stored now has gone to. */
    private int storedOn(int number) throws IOException {
        int before = chunksOn(0);
        store(number);
        return chunksOn(0) > before ? 0 : 1;
    }

    /** Stores chunks until one is on this disk. */
    private int chunkOn(int disk) throws IOException {
        for (int number = 100; number < 110; number++) {
            if (storedOn(number) == disk) {
                return number;
            }
        }
        throw new AssertionError("no chunk has gone to disk " + disk);
    }

    private void fail(int disk) {
        failing[disk] = true;
    }

    private static void assertFailed(ErrorCode code, String word, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(word);
    }

    @Test
    void newChunksAreSpreadAndAllAreFound() throws IOException {
        for (int number = 0; number < 20; number++) {
            store(number);
        }
        assertThat(chunksOn(0)).isBetween(4, 16);
        assertThat(chunksOn(0) + chunksOn(1)).isEqualTo(20);
        for (int number = 0; number < 20; number++) {
            assertReadable(number);
        }
        assertThat(server.list("", null, 100))
                .extracting(ChunkInfo::id)
                .containsExactlyElementsOf(IntStream.range(0, 20)
                        .mapToObj(VolumesTest::chunk)
                        .sorted()
                        .toList());
        assertThat(server.list("", chunk(3), 5)).hasSize(5);
        assertThat(server.status().store().chunks()).isEqualTo(20);
    }

    @Test
    void aChunkStaysWhereItIs() throws IOException {
        int disk = storedOn(1);
        for (int again = 0; again < 10; again++) {
            store(1);
            store(10 + again);
        }
        assertThat(server.stat(chunk(1)).orElseThrow().version()).isEqualTo(new ChunkVersion(11));
        assertThat(chunksOn(disk)).isBetween(2, 10);
        assertThat(chunksOn(0) + chunksOn(1)).isEqualTo(11);
    }

    @Test
    void theDirectoriesMayBeNamedInAnyOrder() throws IOException {
        for (int number = 0; number < 6; number++) {
            store(number);
        }
        server.close();
        start(1, 0);
        for (int number = 0; number < 6; number++) {
            assertReadable(number);
        }
    }

    /** The first store takes room on one disk, so that the other has more when the second begins. */
    @Test
    void twoStoresOfANewChunkMeetOnOneVolume() throws IOException {
        ChunkWriter first = begin(1);
        ChunkWriter second = begin(1);
        time.runFor(Duration.ofSeconds(1));

        assertFailed(ErrorCode.BUSY, "is open on the chunk", () -> now(second.receipt()));
        first.finish(0, 0);
        time.runFor(Duration.ofSeconds(1));
        assertThat(now(first.receipt()).version()).isEqualTo(new ChunkVersion(1));
        assertThat(chunksOn(0) + chunksOn(1)).isEqualTo(1);
    }

    @Test
    void oneDiskFailsAndTheOtherGoesOn() throws IOException {
        int lost = chunkOn(1);
        int kept = chunkOn(0);
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "/f#" + lost, () -> store(lost));

        for (int number = 0; number < 5; number++) {
            assertThat(storedOn(number)).isZero();
        }
        store(kept);
        assertReadable(kept);
        assertReadable(lost);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        assertThat(server.status().reason()).contains("Input/output error");
    }

    @Test
    void mastersHearThatTheChunksOfAFailedDiskAreGone() throws IOException {
        int lost = chunkOn(1);
        int kept = chunkOn(0);
        assertThat(lastFullReport()).contains(chunk(kept), chunk(lost));
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        time.runFor(LONG_ENOUGH);

        assertThat(lastFullReport()).contains(chunk(kept)).doesNotContain(chunk(lost));
        assertThat(master.heartbeats().get(master.heartbeats().size() - 1).state())
                .isEqualTo(ServerState.READY);
    }

    /** What masters know by full reports and changes. */
    private List<ChunkId> lastFullReport() {
        time.runFor(LONG_ENOUGH);
        List<ChunkId> known = new ArrayList<>();
        for (ChunkReport report : master.reports()) {
            if (report.kind() == ChunkReport.Kind.START) {
                known.clear();
            }
            report.present().forEach(info -> known.add(info.id()));
            known.removeAll(report.absent());
        }
        return known;
    }

    @Test
    void aCopyOfALostChunkComesToTheOtherDiskAndIsStoredOnThere() throws IOException {
        int lost = chunkOn(1);
        ChunkInfo version = server.stat(chunk(lost)).orElseThrow();
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        orderCopy(version, content(lost));

        assertThat(server.stat(chunk(lost))).contains(version);
        store(lost);
        assertThat(server.stat(chunk(lost)).orElseThrow().version())
                .isEqualTo(version.version().next());
        assertReadable(lost);
        assertThat(lastFullReport()).contains(chunk(lost));
    }

    @Test
    void anOlderCopyOfALostChunkIsRefused() throws IOException {
        int lost = chunkOn(1);
        ChunkInfo older = server.stat(chunk(lost)).orElseThrow();
        store(lost);
        ChunkInfo newer = server.stat(chunk(lost)).orElseThrow();
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        int before = chunksOn(0);
        orderCopy(older, content(lost));

        assertThat(server.stat(chunk(lost))).contains(newer);
        assertThat(chunksOn(0)).isEqualTo(before);
    }

    private void orderCopy(ChunkInfo version, byte[] content) {
        source.publish(version, Attributes.NONE, content);
        master.order(new Order.Copy(
                version.id(), version.version(), version.transaction(), false, List.of(source.member())));
        time.runFor(LONG_ENOUGH);
    }

    @Test
    void ofTwoCopiesTheNewerOneStaysWhenTheDiskComesBack() throws IOException {
        int lost = chunkOn(1);
        ChunkInfo version = server.stat(chunk(lost)).orElseThrow();
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        orderCopy(version, content(lost));
        store(lost);
        int onFailed = chunksOn(1);
        stop();
        failing[1] = false;
        start(0, 1);

        assertThat(server.stat(chunk(lost)).orElseThrow().version())
                .isEqualTo(version.version().next());
        assertReadable(lost);
        assertThat(chunksOn(1)).as("the older copy is gone").isEqualTo(onFailed - 1);
        assertThat(server.status().store().chunks())
                .isEqualTo(server.list("", null, 100).size());
    }

    @Test
    void withoutADiskThatWorksTheServerIsReadOnly() throws IOException {
        int one = chunkOn(1);
        int other = chunkOn(0);
        fail(0);
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(one));
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(other));

        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(7));
        assertThat(server.status().state()).isEqualTo(ServerState.READ_ONLY);
        assertReadable(one);
        assertReadable(other);
    }

    @Test
    void aDrainedServerTakesNothingOnAnyDiskAlsoAfterARestart() throws IOException {
        server.drain();
        server.close();
        start(1, 0);
        assertThat(server.status().state()).isEqualTo(ServerState.DRAINING);
        assertFailed(ErrorCode.DRAINING, "", () -> store(1));
        server.resume();
        store(1);
        store(2);
    }

    private UUID directory(int disk) {
        return server.status().directories().get(disk).uuid();
    }

    @Test
    void anEmptiedDirectoryCanBeLeftOut() throws IOException {
        for (int number = 0; number < 12; number++) {
            store(number);
        }
        delete(11);
        UUID emptied = directory(1);
        assertThat(chunksOn(1)).isPositive();
        server.emptyDirectory(emptied, true);
        time.runFor(LONG_ENOUGH);

        assertThat(chunksOn(1)).isZero();
        assertThat(server.status().directories().get(1).state()).isEqualTo(ServerState.DRAINING);
        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        for (int number = 20; number < 26; number++) {
            assertThat(storedOn(number)).isZero();
        }
        server.close();
        server = ChunkServer.builder(disk(0))
                .giveUpDirectory(emptied)
                .replicas(others)
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        for (int number = 0; number < 11; number++) {
            assertReadable(number);
        }
        assertThat(server.stat(chunk(11))).isEmpty();
        assertThat(server.status().store().tombstones()).isEqualTo(1);
    }

    @Test
    void emptyingGoesOnAfterARestartAndEndsWhenItIsTakenBack() throws IOException {
        int moved = chunkOn(1);
        UUID emptied = directory(1);
        server.emptyDirectory(emptied, true);
        server.close();
        start(0, 1);
        assertThat(chunksOn(1)).isZero();
        assertReadable(moved);

        server.emptyDirectory(emptied, false);
        time.runFor(LONG_ENOUGH);
        assertThat(chunkOn(1)).isPositive();
    }

    /** Each store goes where the chunk is at that moment, and none is refused for it. */
    @Test
    void chunksAreStoredWhileTheirDirectoryIsEmptied() throws IOException {
        List<Integer> there = new ArrayList<>();
        for (int number = 0; number < 12; number++) {
            if (storedOn(number) == 1) {
                there.add(number);
            }
        }
        server.emptyDirectory(directory(1), true);
        for (int round = 0; round < 3; round++) {
            there.forEach(this::store);
        }
        time.runFor(LONG_ENOUGH);

        assertThat(chunksOn(1)).isZero();
        for (int number : there) {
            assertThat(server.stat(chunk(number)).orElseThrow().version()).isEqualTo(new ChunkVersion(4));
            assertReadable(number);
        }
        assertThat(server.status().store().chunks()).isEqualTo(12);
    }

    /** The copy takes some seconds; a store that was begun where the chunk was is still under way when it has come. */
    @Test
    void aStoreThatWasBegunBeforeAMoveMeetsOneThatComesAfterIt() throws IOException {
        int moving = chunkOn(1);
        server.emptyDirectory(directory(1), true);
        ChunkWriter first = null;
        int before = chunksOn(0);
        for (int step = 0; step < 100 && chunksOn(0) == before; step++) {
            if (first == null && staged(0) > 0) {
                first = begin(moving);
            }
            time.runFor(Duration.ofMillis(20));
        }
        assertThat(chunksOn(0)).as("the copy has come").isGreaterThan(before);
        ChunkWriter second = begin(moving);
        time.runFor(Duration.ofSeconds(1));

        assertFailed(ErrorCode.BUSY, "is open on the chunk", () -> now(second.receipt()));
        first.finish(0, 0);
        time.runFor(LONG_ENOUGH.multipliedBy(3));
        assertThat(now(first.receipt()).version()).isEqualTo(new ChunkVersion(2));
        assertThat(server.stat(chunk(moving)).orElseThrow().version()).isEqualTo(new ChunkVersion(2));
        assertThat(chunksOn(1)).isZero();
    }

    @Test
    void theLastDirectoryIsNotEmptiedNorOneThatIsNotThere() throws IOException {
        UUID first = directory(0);
        UUID second = directory(1);
        UUID unknown = new UUID(1, 2);
        server.emptyDirectory(first, true);
        assertThatThrownBy(() -> server.emptyDirectory(second, true))
                .isInstanceOf(ChunkServerException.InvalidRequest.class)
                .hasMessageContaining("no other data directory");
        assertThatThrownBy(() -> server.emptyDirectory(unknown, true))
                .isInstanceOf(ChunkServerException.InvalidRequest.class)
                .hasMessageContaining(unknown.toString());
        assertThat(storedOn(1)).isEqualTo(1);
    }

    /** Flips a bit of the data of the only chunk on this disk. */
    private void damage(int disk) throws IOException {
        MemoryDisk root = disks.get(disk);
        for (Path upper : root.list(DataDirectory.CHUNKS)) {
            for (Path lower : root.list(DataDirectory.CHUNKS.resolve(upper))) {
                Path folder = DataDirectory.CHUNKS.resolve(upper).resolve(lower);
                for (Path name : root.list(folder)) {
                    try (DiskFile file = root.openForWrite(folder.resolve(name))) {
                        ByteBuffer first = ByteBuffer.allocate(1);
                        file.readFully(first, 0);
                        file.writeFully(ByteBuffer.wrap(new byte[] {(byte) ~first.get(0)}), 0);
                    }
                }
            }
        }
    }

    /** A chunk on a failed disk with a copy on the other one. */
    private ChunkInfo copied(int failed) throws IOException {
        int number = chunkOn(failed);
        ChunkInfo version = server.stat(chunk(number)).orElseThrow();
        fail(failed);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(number));
        orderCopy(version, content(number));
        return version;
    }

    @Test
    void ofTwoCopiesTheSoundOneStays() throws IOException {
        ChunkInfo version = copied(0);
        stop();
        damage(0);
        failing[0] = false;
        start(0, 1);

        assertReadable(version.id().index());
        assertThat(chunksOn(0)).isZero();
        assertThat(chunksOn(1)).isPositive();
    }

    /** One removal was begun while the one disk was to keep the chunk, the other when that disk is emptied. */
    @RepeatedTest(60)
    void ofTwoCopiesOneStaysWhateverTheOperatorDoesMeanwhile(RepetitionInfo step) throws IOException {
        ChunkInfo version = copied(0);
        stop();
        failing[0] = false;
        open(0, 1);
        time.runFor(Duration.ofNanos(step.getCurrentRepetition() * 40_000L));
        server.emptyDirectory(directory(0), true);
        time.runFor(LONG_ENOUGH);

        assertReadable(version.id().index());
        assertThat(chunksOn(0)).isZero();
    }

    @Test
    void aDeletionIsKeptAsLongAsAFailedDiskHasTheChunk() throws IOException {
        ChunkInfo version = copied(1);
        delete(version.id().index());
        ChunkInfo tombstone = reportedTombstone(version.id());
        master.order(new Order.Remove(
                tombstone.id(), tombstone.version(), tombstone.transaction(), List.of(source.member())));
        source.publish(tombstone, Attributes.NONE, new byte[0]);
        time.runFor(LONG_ENOUGH);

        assertThat(server.stat(version.id())).isEmpty();
        stop();
        failing[1] = false;
        start(0, 1);
        assertThat(server.stat(version.id())).isEmpty();
        assertThat(lastFullReport()).contains(version.id());
    }

    private ChunkInfo reportedTombstone(ChunkId chunk) {
        lastFullReport();
        return master.reports().stream()
                .flatMap(report -> report.present().stream())
                .filter(info -> info.id().equals(chunk) && info.tombstone())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aDamagedChunkOfAnEmptiedDirectoryIsCopiedToTheOther() throws IOException {
        int number = chunkOn(1);
        ChunkInfo version = server.stat(chunk(number)).orElseThrow();
        damage(1);
        assertThatThrownBy(() -> await(server.verify(chunk(number)).toCompletableFuture()))
                .isInstanceOf(CompletionException.class);
        time.runFor(LONG_ENOUGH);
        server.emptyDirectory(directory(1), true);
        time.runFor(LONG_ENOUGH);
        assertThat(server.status().directories().get(1).isEmpty())
                .as("empty while a chunk of it is missed")
                .isFalse();
        orderCopy(version, content(number));

        assertReadable(number);
        assertThat(server.status().lostChunks()).isEmpty();
        assertThat(server.status().directories().get(1).isEmpty()).isTrue();
    }

    @Test
    void aDirectoryWithAnOpenTransactionIsNotEmpty() throws IOException {
        ChunkWriter open = begin(1);
        int disk = staged(0) > 0 ? 0 : 1;
        server.emptyDirectory(directory(disk), true);
        time.runFor(Duration.ofSeconds(5));
        assertThat(server.status().directories().get(disk).isEmpty()).isFalse();
        open.finish(0, 0);
        time.runFor(LONG_ENOUGH);
        assertThat(server.status().directories().get(disk).isEmpty()).isTrue();
        assertThat(now(open.receipt()).version()).isEqualTo(new ChunkVersion(1));
    }

    @Test
    void theDisksShareTheSpaceLimit() throws IOException {
        server.close();
        open(ChunkServerConfig.DEFAULT.withSpaceLimitBytes(10L * LENGTH), 0, 1);
        int stored = 0;
        try {
            for (int number = 0; number < 20; number++) {
                store(number);
                stored++;
            }
        } catch (CompletionException full) {
            assertThat(ChunkServerException.from(full).code()).isIn(ErrorCode.INSUFFICIENT_SPACE, ErrorCode.READ_ONLY);
        }
        assertThat(stored).isBetween(7, 10);
        assertThat(chunksOn(0)).isPositive();
        assertThat(chunksOn(1)).isPositive();
        assertThat(server.status().space().limitBytes()).isEqualTo(10L * LENGTH);
    }

    /** The copy is published, and then its folder cannot be forced: a power loss would take its name. */
    @Test
    void aCopyThatIsNotDurableTakesNothingsPlace() throws IOException {
        int moving = chunkOn(1);
        int there = chunksOn(1);
        publicationsFail = true;
        server.emptyDirectory(directory(1), true);
        time.runFor(LONG_ENOUGH);

        assertThat(server.status().directories().get(0).state()).isEqualTo(ServerState.READ_ONLY);
        assertThat(chunksOn(1)).isEqualTo(there);
        assertReadable(moving);
    }

    /** Nobody writes to it, and its master hears all the same. */
    @Test
    void aDiskThatIsNotThereAnyMoreIsFoundOut() throws IOException {
        int lost = chunkOn(1);
        unmounted = true;
        time.runFor(LONG_ENOUGH);

        assertThat(server.status().directories().get(1).state()).isEqualTo(ServerState.READ_ONLY);
        assertThat(server.status().directories().get(1).reason()).contains("is its file system mounted?");
        assertThat(lastFullReport()).doesNotContain(chunk(lost));
    }
}
