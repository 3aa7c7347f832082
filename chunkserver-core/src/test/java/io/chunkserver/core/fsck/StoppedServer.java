package io.chunkserver.core.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.SegmentedTransactionLog;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.IndexContent;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StoreFiles;
import io.chunkserver.core.store.VouchingIndex;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A directory in memory as a real server leaves it, with ways to harm it byte by byte. */
final class StoppedServer {

    static final ChunkId THREE_BLOCKS = new ChunkId("a", 0);
    static final ChunkId ONE_BLOCK = new ChunkId("b", 1);
    static final ChunkId EMPTY = new ChunkId("c", 2);
    static final ChunkId DELETED = new ChunkId("d", 3);
    static final ChunkId REPLACED = new ChunkId("e", 4);

    static final int BLOCK = 65_536;
    static final int THREE_BLOCKS_LENGTH = 2 * BLOCK + 100;
    static final Path CHECKPOINT = DataDirectory.INDEX.resolve("checkpoint");

    /** Of the chunk with one block. */
    static final Attributes ATTRIBUTES = new Attributes(Map.of("kind", "golden", "unit", "\u00b5m"));

    private static final TransactionLogConfig LOG = new TransactionLogConfig(
            TransactionLogConfig.MIN_SEGMENT_BYTES,
            TransactionLogConfig.DEFAULT.checkpointSegments(),
            TransactionLogConfig.DEFAULT.maxQueuedBytes(),
            TransactionLogConfig.DEFAULT.maxQueuedRecords(),
            OutcomeRetention.DEFAULT);

    final MemoryDisk disk;
    final StoreFiles files;

    /** The file of the replaced chunk's first version. */
    final byte[] olderCopy;

    /** The index checkpoint from before the last stores. */
    final byte[] olderIndex;

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(7));
    private long sequence;

    /** A directory that is there already, with an older history. */
    StoppedServer(MemoryDisk disk) {
        this.disk = disk;
        this.files = new StoreFiles(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE);
        this.olderCopy = new byte[0];
        this.olderIndex = new byte[0];
    }

    StoppedServer() throws IOException {
        disk = new MemoryDisk();
        files = new StoreFiles(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE);
        ChunkServer server = start();
        store(server, REPLACED, new byte[1000]);
        store(server, DELETED, new byte[10]);
        stop(server);
        olderCopy = read(files.chunkFile(REPLACED));
        olderIndex = read(CHECKPOINT);
        server = start();
        store(server, THREE_BLOCKS, threeBlocks());
        store(server, ONE_BLOCK, new byte[] {1, 2, 3});
        store(server, EMPTY, new byte[0]);
        store(server, REPLACED, new byte[2000]);
        request(server, DELETED, true, new byte[0]);
        stop(server);
    }

    /** Bytes that anybody can compute again. */
    static byte[] threeBlocks() {
        byte[] content = new byte[THREE_BLOCKS_LENGTH];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i * 31 + i / 251);
        }
        return content;
    }

    /** Starts a server in the directory, as it is now. */
    ChunkServer start() throws IOException {
        ChunkServer server = ChunkServer.builder(disk)
                .serverId(new ServerId("golden"))
                .config(ChunkServerConfig.DEFAULT.withLog(LOG))
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        time.runFor(Duration.ofSeconds(5));
        return server;
    }

    void stop(ChunkServer server) throws IOException {
        server.close();
        time.runFor(Duration.ofSeconds(5));
    }

    Receipt store(ChunkServer server, ChunkId chunk, byte[] content) {
        return request(server, chunk, false, content);
    }

    private Receipt request(ChunkServer server, ChunkId chunk, boolean delete, byte[] content) {
        return begin(server, chunk, delete, content).join();
    }

    private CompletableFuture<Receipt> begin(ChunkServer server, ChunkId chunk, boolean delete, byte[] content) {
        var receipt = server.begin(
                        new StoreRequest(
                                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                                chunk,
                                delete,
                                content.length,
                                null,
                                chunk.equals(ONE_BLOCK) && !delete ? ATTRIBUTES : Attributes.NONE,
                                Durability.SYNC,
                                Duration.ofSeconds(4)),
                        List.of())
                .thenCompose(writer -> {
                    for (int from = 0; from < content.length; from += BLOCK) {
                        writer.write(CheckedBlock.of(
                                ByteBuffer.wrap(content, from, Math.min(BLOCK, content.length - from))));
                    }
                    writer.finish(content.length, Crc32c.of(ByteBuffer.wrap(content)));
                    return writer.receipt();
                })
                .toCompletableFuture();
        time.runFor(Duration.ofSeconds(5));
        return receipt;
    }

    Path file(ChunkId chunk) {
        return files.chunkFile(chunk);
    }

    Path log() throws IOException {
        return DataDirectory.LOG.resolve(disk.list(DataDirectory.LOG).get(0));
    }

    /** The name that the published file of a chunk had while it was staged. */
    Path stagedName(ChunkId chunk) throws IOException {
        StageKey key = files.check(file(chunk), bytes -> {}).key();
        return files.stagedFile(chunk, key);
    }

    byte[] read(Path file) throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) open.size());
            open.readFully(bytes, 0);
            return bytes.array();
        }
    }

    /** Puts these bytes into a file, a new one if need be. */
    void write(Path file, byte[] bytes) throws IOException {
        if (disk.size(file).isPresent()) {
            disk.delete(file);
        }
        try (DiskFile open = disk.create(file)) {
            open.writeFully(ByteBuffer.wrap(bytes), 0);
        }
    }

    /** Overwrites a byte with what it is not; below 0 counts from the end. */
    void flip(Path file, int offset) throws IOException {
        byte[] bytes = read(file);
        int at = offset < 0 ? bytes.length + offset : offset;
        overwrite(file, at, new byte[] {(byte) (bytes[at] ^ 4)});
    }

    void overwrite(Path file, long offset, byte[] bytes) throws IOException {
        try (DiskFile open = disk.openForWrite(file)) {
            open.writeFully(ByteBuffer.wrap(bytes), offset);
        }
    }

    void truncate(Path file, long size) throws IOException {
        try (DiskFile open = disk.openForWrite(file)) {
            open.truncate(size);
        }
    }

    /** Changes a number in a header and makes the checksum fit again. */
    void reseal(Path file, int at, int value, int from, int to, int crcAt) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(read(file));
        bytes.putInt(at, value);
        bytes.putInt(crcAt, Crc32c.of(bytes.slice(from, to - from)));
        overwrite(file, 0, bytes.array());
    }

    /** What a reader of a chunk gets. */
    byte[] content(ChunkServer server, ChunkId chunk) throws IOException {
        var opening = server.open(chunk, ReadMode.COMMITTED).toCompletableFuture();
        time.runFor(Duration.ofSeconds(1));
        try (ChunkReader reader = opening.join()) {
            ByteBuffer bytes = ByteBuffer.allocate((int) reader.info().lengthBytes());
            for (int block = 0; bytes.hasRemaining(); block++) {
                reader.read(block, bytes);
            }
            return bytes.array();
        }
    }

    /** The attributes of a chunk. */
    Attributes attributes(ChunkServer server, ChunkId chunk) {
        var reading = server.attributes(chunk).toCompletableFuture();
        time.runFor(Duration.ofSeconds(1));
        return reading.join();
    }

    /** Has a start believe the index about all folders in which it knows of a version, whatever was done to them. */
    void vouchForFolders() throws IOException {
        VouchingIndex.make(disk, DataDirectory.INDEX, DataDirectory.CHUNKS);
    }

    /** Stores another chunk, whose file lies in the same folder as that of this one. */
    ChunkId storeBeside(ChunkId chunk) throws IOException {
        ChunkId neighbour = IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> new ChunkId("beside", i))
                .filter(other -> files.folderOf(other).equals(files.folderOf(chunk)))
                .findFirst()
                .orElseThrow();
        ChunkServer server = start();
        store(server, neighbour, new byte[100]);
        stop(server);
        return neighbour;
    }

    /** What the index checkpoint knows; nothing when it is damaged. */
    List<ChunkInfo> indexed() throws IOException {
        IndexContent index = IndexContent.read(disk, DataDirectory.INDEX, DataDirectory.CHUNKS);
        return index.folders().stream()
                .flatMap(folder -> index.lastKnownIn(folder).stream())
                .toList();
    }

    /** Whether the published file of a chunk or a name in the quarantine tells of this version, or a newer one. */
    boolean isToldElsewhere(ChunkInfo version) {
        String hash = file(version.id()).getFileName().toString().replace(".chunk", "");
        try {
            return !version.version().isNewerThan(files.version(version.id()))
                    || files.quarantined().stream()
                            .map(file -> file.getFileName().toString())
                            .anyMatch(name -> name.startsWith(hash + "." + version.version() + "."));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The version that a store of each chunk gets from a server that starts now; none where it is refused. */
    Map<ChunkId, ChunkVersion> nextVersions() throws IOException {
        ChunkServer server = start();
        Map<ChunkId, ChunkVersion> versions = new LinkedHashMap<>();
        for (ChunkId chunk : List.of(THREE_BLOCKS, ONE_BLOCK, EMPTY, DELETED, REPLACED)) {
            var receipt = begin(server, chunk, false, new byte[1]);
            assertThat(receipt).isDone();
            versions.put(
                    chunk,
                    receipt.handle((stored, refused) -> refused == null ? stored.version() : ChunkVersion.NONE)
                            .join());
        }
        stop(server);
        return versions;
    }

    /** Removes the copy of a chunk as a server does that a master has told to: after the log says so. */
    void giveUp(ChunkId chunk) throws IOException {
        ChunkInfo copy = files.check(file(chunk), bytes -> {}).info();
        writeToLog(logId -> new LogRecord.Removed(copy.transaction(), new Attempt(9, 9), chunk, copy.version()));
        disk.delete(file(chunk));
    }

    /**
     * Has the only version of a chunk be promised and not decided: staged, with a new log that says so and no more.
     *
     * @return the staged file
     */
    Path promise(ChunkId chunk) throws IOException {
        Path staged = stagedName(chunk);
        StoreFiles.Checked copy = files.check(file(chunk), bytes -> {});
        ChunkInfo info = copy.info();
        for (Path segment : disk.list(DataDirectory.LOG)) {
            disk.delete(DataDirectory.LOG.resolve(segment));
        }
        disk.rename(file(chunk), staged);
        writeToLog(logId -> new LogRecord.Prepared(
                info.transaction(),
                copy.key().attempt(),
                chunk,
                ChunkVersion.NONE,
                info.epoch(),
                false,
                Durability.SYNC,
                info.lengthBytes(),
                info.crc32c(),
                List.of(new Member(new ServerId("gone"), "gone:1", Location.ORIGIN)),
                new UUID(7, 7)));
        return staged;
    }

    /** Writes to the log what means nothing, until it has so many segments. */
    void fillLog(int segments) throws IOException {
        for (int record = 0; disk.list(DataDirectory.LOG).size() < segments; record++) {
            int number = record;
            writeToLog(logId -> new LogRecord.Ended(new TransactionId("filler", 1, number), new Attempt(1, 1)));
        }
    }

    /** Has the log go on in its second segment, and the power go there; the third is made ahead then, and not in use. */
    void endLogInItsSecondSegment() throws IOException {
        TransactionLog log = openLog(logId());
        for (int record = 0; disk.list(DataDirectory.LOG).size() < 3; record++) {
            log.append(new LogRecord.Ended(new TransactionId("filler", 1, record), new Attempt(1, 1)));
        }
        disk.crash();
    }

    private void writeToLog(Function<UUID, LogRecord> record) throws IOException {
        UUID logId = logId();
        TransactionLog log = openLog(logId);
        log.force(record.apply(logId)).toCompletableFuture().join();
        log.close();
    }

    private UUID logId() throws IOException {
        try (OfflineDirectory directory = OfflineDirectory.open(disk, disk, DataDirectory.IDENTITY_FILE)) {
            return directory.identity().orElseThrow().logId();
        }
    }

    private TransactionLog openLog(UUID logId) throws IOException {
        return SegmentedTransactionLog.open(
                disk, DataDirectory.LOG, logId, LOG, Runnable::run, time::instant, () -> {});
    }

    /** All files and their bytes. */
    Map<Path, byte[]> contents() throws IOException {
        Map<Path, byte[]> contents = new LinkedHashMap<>();
        collect(Path.of(""), contents);
        return contents;
    }

    private void collect(Path folder, Map<Path, byte[]> contents) throws IOException {
        for (Path name : disk.list(folder)) {
            Path path = folder.resolve(name);
            if (disk.size(path).isPresent()) {
                contents.put(path, read(path));
            } else {
                collect(path, contents);
            }
        }
    }
}
