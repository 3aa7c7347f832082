package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.Attempt;
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
import io.chunkserver.core.space.SpaceAlert;
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
import java.util.random.RandomGenerator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server with two disks and a master, in simulated time: what tests do with it, and what goes wrong with its disks. */
@ExtendWith(ExpectedErrors.class)
abstract class ServerOnTwoDisks {

    /** These volumes, of which chance chooses as is given. */
    static Volumes over(List<Volume> all, RandomGenerator chance) {
        Volumes volumes = new Volumes(chance);
        all.forEach(volumes::add);
        return volumes;
    }

    static final int LENGTH = 70_000;
    static final Duration LONG_ENOUGH = Duration.ofSeconds(30);

    /** What a file system keeps from chunks. */
    private static final long HEADROOM = 3L * TransactionLogConfig.DEFAULT.segmentBytes();

    /** That of all promises to others. */
    static final Attempt ATTEMPT = new Attempt(1, 1);

    /** Two chunks of these a second. */
    private static final OrderConfig SLOW_COPIES = new OrderConfig(8, 2, 2L * LENGTH);

    final SimulatedTime time = new SimulatedTime(new SplittableRandom(7));
    final List<MemoryDisk> disks = List.of(new MemoryDisk(), new MemoryDisk());
    final boolean[] failing = new boolean[2];
    boolean unmounted;
    boolean oneFileSystem;
    boolean publicationsFail;
    private boolean published;
    final FakeReplicas others = new FakeReplicas(new CallTrace());
    final FakeReplica source = others.add("b", Location.ORIGIN);
    final FakeMaster master = new FakeMaster();
    final List<SpaceAlert> spaceAlerts = new ArrayList<>();
    ChunkServer server;
    private long sequence;
    private int nextNumber = 99;

    @BeforeEach
    void start() throws IOException {
        start(0, 1);
    }

    /** What has failed cannot be closed well. */
    void stop() throws IOException {
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

    void start(int one, int other) throws IOException {
        open(one, other);
        time.runFor(LONG_ENOUGH);
    }

    void open(int one, int other) throws IOException {
        open(ChunkServerConfig.DEFAULT.withOrders(SLOW_COPIES), one, other);
    }

    void open(ChunkServerConfig config, int one, int other) throws IOException {
        server = ChunkServer.builder(disk(one))
                .disk(disk(other))
                .serverId(new ServerId("a"))
                .config(config)
                .onSpaceAlert(spaceAlerts::add)
                .replicas(others)
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        server.reachableAt("a:1", 0);
        server.followMasters(List.of(new KnownMaster("m:1", master)), 0);
    }

    Disk disk(int index) {
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

    /** The same disk, on which no folder is found while it is unmounted, and which may be on one file system with the first one. */
    private Disk unmountable(Disk disk) {
        return (Disk) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Disk.class}, (proxy, method, arguments) -> {
                    if (unmounted && method.getName().equals("stamp")) {
                        return Optional.empty();
                    }
                    if (oneFileSystem && method.getName().equals("fileSystem")) {
                        return disks.get(0).fileSystem();
                    }
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    static ChunkId chunk(int number) {
        return new ChunkId("/f", number);
    }

    StoreRequest request(int number) {
        return request(number, false);
    }

    private StoreRequest request(int number, boolean tombstone) {
        return new StoreRequest(
                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                chunk(number),
                tombstone,
                tombstone ? 0 : LENGTH,
                null,
                Attributes.NONE,
                Durability.SYNC,
                Duration.ofMinutes(1));
    }

    ChunkWriter begin(int number) {
        return begin(request(number));
    }

    ChunkWriter begin(StoreRequest request) {
        CompletableFuture<ChunkWriter> begun = server.begin(request, List.of()).toCompletableFuture();
        time.runFor(Duration.ofMillis(100));
        return now(begun);
    }

    /** What has come; in simulated time nothing comes while somebody waits. */
    static <T> T now(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isDone();
        return stage.toCompletableFuture().join();
    }

    static byte[] content(int number) {
        byte[] bytes = new byte[LENGTH];
        new Random(number).nextBytes(bytes);
        return bytes;
    }

    Receipt store(int number) {
        return store(request(number));
    }

    Receipt store(StoreRequest request) {
        return finish(begin(request), request.chunk().index());
    }

    Receipt finish(ChunkWriter writer, int number) {
        byte[] content = content(number);
        for (int from = 0; from < LENGTH; from += 65_536) {
            ByteBuffer block = ByteBuffer.wrap(content, from, Math.min(65_536, LENGTH - from));
            writer.write(CheckedBlock.of(block.slice()));
        }
        writer.finish(LENGTH, Crc32c.of(ByteBuffer.wrap(content)));
        time.runFor(Duration.ofSeconds(2));
        return now(writer.receipt());
    }

    void delete(int number) {
        ChunkWriter writer =
                await(server.begin(request(number, true), List.of()).toCompletableFuture());
        writer.finish(0, 0);
        await(writer.receipt().toCompletableFuture());
    }

    /** Has the server promise an empty version of a chunk to another one, which coordinates the transaction. */
    TransactionId promise(int number) {
        TransactionId transaction = new TransactionId("other", time.instant().toEpochMilli(), ++sequence);
        assertThat(prepare(transaction, number).isYes()).isTrue();
        return transaction;
    }

    /** What the server answers to another one that prepares an empty version, and reserves as much as the others have. */
    Vote prepare(TransactionId transaction, int number) {
        PrepareStream stream = server.asReplica().prepare(prepared(transaction, number));
        stream.finish(0, 0);
        List<Vote> votes = await(stream.votes().toCompletableFuture());
        assertThat(votes).hasSize(1);
        return votes.get(0);
    }

    PrepareRequest prepared(TransactionId transaction, int number) {
        return new PrepareRequest(
                transaction,
                ATTEMPT,
                chunk(number),
                server.stat(chunk(number)).map(ChunkInfo::version).orElse(ChunkVersion.NONE),
                0,
                false,
                LENGTH,
                Attributes.NONE,
                Durability.SYNC,
                List.of(source.member(), server.self()),
                new UUID(1, 2),
                Duration.ofMinutes(1));
    }

    CommitReply commit(TransactionId transaction, int number) {
        return await(
                server.asReplica().commit(transaction, ATTEMPT, chunk(number)).toCompletableFuture());
    }

    void assertReadable(int number) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (var reader = await(server.open(chunk(number), ReadMode.COMMITTED).toCompletableFuture())) {
            VerifiedCopy.copy(reader, new ByteRange(0, LENGTH), read);
        }
        assertThat(read.toByteArray()).isEqualTo(content(number));
    }

    <T> T await(CompletableFuture<T> stage) {
        time.runFor(Duration.ofSeconds(1));
        return now(stage);
    }

    int chunksOn(int disk) throws IOException {
        return filesOn(disk, ".chunk");
    }

    int staged(int disk) throws IOException {
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
    int storedOn(int number) throws IOException {
        int before = chunksOn(0);
        store(number);
        return chunksOn(0) > before ? 0 : 1;
    }

    /** Stores new chunks until one is on this disk. */
    int chunkOn(int disk) throws IOException {
        for (int tries = 0; tries < 20; tries++) {
            nextNumber++;
            if (storedOn(nextNumber) == disk) {
                return nextNumber;
            }
        }
        throw new AssertionError("no chunk has gone to disk " + disk);
    }

    /** Others leave so much of a disk to chunks, and the server has seen that. */
    void leave(int disk, long bytes) {
        MemoryDisk memory = disks.get(disk);
        memory.othersUse(0);
        memory.othersUse(memory.freeBytes() - HEADROOM - bytes);
        time.runFor(LONG_ENOUGH);
    }

    void fail(int disk) {
        failing[disk] = true;
    }

    static void assertFailed(ErrorCode code, String word, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(word);
    }

    /** What masters know by full reports and changes. */
    List<ChunkId> lastFullReport() {
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

    void orderCopy(ChunkInfo version, byte[] content) {
        source.publish(version, Attributes.NONE, content);
        master.order(new Order.Copy(
                version.id(), version.version(), version.transaction(), false, List.of(source.member())));
        time.runFor(LONG_ENOUGH);
    }

    void empty(int disk, boolean wanted) throws IOException {
        server.emptyDirectory(directory(disk), wanted);
        time.runFor(LONG_ENOUGH);
    }

    UUID directory(int disk) {
        return server.status().directories().get(disk).uuid();
    }

    /** Has a disk of a server that is stopped have the only chunk of another disk too. */
    static void bring(MemoryDisk from, MemoryDisk to) throws IOException {
        for (Path upper : from.list(DataDirectory.CHUNKS)) {
            for (Path lower : from.list(DataDirectory.CHUNKS.resolve(upper))) {
                Path folder = DataDirectory.CHUNKS.resolve(upper).resolve(lower);
                to.createDirectories(folder);
                for (Path name : from.list(folder)) {
                    ByteBuffer bytes = ByteBuffer.allocate(
                            (int) from.size(folder.resolve(name)).orElseThrow());
                    try (DiskFile read = from.openForRead(folder.resolve(name));
                            DiskFile written = to.create(folder.resolve(name))) {
                        read.readFully(bytes, 0);
                        written.writeFully(bytes.flip(), 0);
                        written.force();
                    }
                }
                to.forceDirectory(folder);
                to.forceDirectory(DataDirectory.CHUNKS.resolve(upper));
                to.forceDirectory(DataDirectory.CHUNKS);
            }
        }
    }

    /** Flips a bit of the data of the only chunk on this disk. */
    void damage(int disk) throws IOException {
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
    ChunkInfo copied(int failed) throws IOException {
        int number = chunkOn(failed);
        ChunkInfo version = server.stat(chunk(number)).orElseThrow();
        fail(failed);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(number));
        orderCopy(version, content(number));
        return version;
    }
}
