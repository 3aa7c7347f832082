package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a store writes for its next opening, and how far that is believed. */
class IndexCheckpointTest extends StoreOnMemoryDisk {

    private static final Path CHECKPOINT = DataDirectory.INDEX.resolve("checkpoint");
    private static final int CHUNKS = 50;

    private final List<DiskOperation> operations = new ArrayList<>();
    private Predicate<DiskOperation> failing = operation -> false;
    private DiskFault fault = DiskFault.IO_ERROR;

    private Disk watchedDisk() {
        return new FaultyDisk(disk, operation -> {
            operations.add(operation);
            return failing.test(operation) ? fault : DiskFault.NONE;
        });
    }

    private void reopenWatched() throws IOException {
        store.close();
        operations.clear();
        store = open(watchedDisk());
    }

    private long chunkFilesOpened() {
        return operations.stream()
                .filter(operation ->
                        operation.kind() == Kind.OPEN && operation.path().startsWith(LAYOUT.chunks()))
                .count();
    }

    private List<ChunkInfo> all() {
        return store.list("", null, Integer.MAX_VALUE);
    }

    private List<ChunkInfo> putMany() throws IOException {
        for (int index = 0; index < CHUNKS; index++) {
            put(new ChunkId("/data", index), 1);
        }
        store.forcePublished();
        letTheClockMoveOn();
        return all();
    }

    private void letTheClockMoveOn() throws IOException {
        for (int change = 0; change < MemoryDisk.CHANGES_PER_TICK; change++) {
            disk.create(Path.of("probe")).close();
            disk.delete(Path.of("probe"));
        }
    }

    @Test
    void afterAnOrderlyCloseNoFileIsOpened() throws IOException {
        List<ChunkInfo> stored = putMany();
        reopenWatched();

        assertThat(chunkFilesOpened()).isZero();
        assertThat(all()).isEqualTo(stored);
        assertThat(store.snapshot().publishedBytes())
                .isEqualTo(stored.stream().mapToLong(ChunkInfo::storedBytes).sum());
        store.verify(CHUNK);
    }

    @Test
    void andTheNextCloseHasNothingToWrite() throws IOException {
        putMany();
        reopenWatched();
        operations.clear();
        store.close();

        assertThat(operations.stream().filter(DiskOperation::isChange)).isEmpty();
    }

    @Test
    void tombstonesAreInItToo() throws IOException {
        StageKey key = newKey();
        StageRequest request =
                new StageRequest(CHUNK, new ChunkVersion(3), key, 7, true, Attributes.NONE, Durability.SYNC);
        try (StagedChunk staged = store.stage(request)) {
            staged.finish(0, 0);
        }
        ChunkInfo tombstone = store.publish(CHUNK, key).info();
        letTheClockMoveOn();
        reopenWatched();

        assertThat(chunkFilesOpened()).isZero();
        assertThat(store.stat(CHUNK)).contains(tombstone);
        assertThat(store.snapshot().tombstones()).isOne();
    }

    @Test
    void onlyFoldersThatWereChangedAreLookedInto() throws IOException {
        putMany();
        store.checkpointIfDue();
        store.checkpointIfDue();
        letTheClockMoveOn();
        ChunkInfo replaced = put(CHUNK, 2);
        FileChunkStore dead = store;
        operations.clear();
        store = open(watchedDisk());
        dead.close();

        assertThat(chunkFilesOpened())
                .isEqualTo(disk.list(LAYOUT.chunkFile(CHUNK).getParent()).size());
        assertThat(store.stat(CHUNK)).contains(replaced);
        assertThat(all()).hasSize(CHUNKS);
    }

    /** The clock of a file system goes in ticks: the same time does not tell that nothing was changed. */
    @Test
    void changesInTheSameTickOfTheClockAreSeen() throws IOException {
        for (int offset = 0; offset < 2 * MemoryDisk.CHANGES_PER_TICK; offset++) {
            ChunkId chunk = new ChunkId("/at", offset);
            put(chunk, 1);
            for (int change = 0; change < offset; change++) {
                disk.create(Path.of("probe" + offset + "." + change)).close();
            }
            store.checkpointIfDue();
            store.checkpointIfDue();
            store.delete(chunk, new ChunkVersion(1));
            FileChunkStore dead = store;
            store = open(disk);
            dead.close();

            assertThat(store.stat(chunk)).as("chunk after %d changes", offset).isEmpty();
        }
    }

    @Test
    void aStagedVersionIsFoundInAFolderThatNobodyChangedSince() throws IOException {
        StageKey key = stage(CHUNK, 1, Durability.SYNC);
        letTheClockMoveOn();
        reopen();
        reopen();

        assertThat(store.staged()).extracting(StagedVersion::key).containsExactly(key);
    }

    /** Its name is durable, and a power loss may leave nothing else of it. */
    @Test
    void aVersionThatWasNotForcedIsLookedAtEachTime() throws IOException {
        store.publish(CHUNK, stage(CHUNK, 1, Durability.OS));
        store.forcePublished();
        letTheClockMoveOn();
        store.close();
        crash();

        assertThat(store.stat(CHUNK)).isEmpty();
        assertThat(store.findings()).hasSize(1);
    }

    @Test
    void filesThatCameOrWentWhileNobodyLookedAreNoticed() throws IOException {
        putMany();
        store.close();
        disk.delete(LAYOUT.chunkFile(CHUNK));
        store = open(disk);

        assertThat(store.stat(CHUNK)).isEmpty();
        assertThat(all()).hasSize(CHUNKS - 1);
    }

    /** A file that somebody overwrote in place is not noticed before it is read, but never taken for what it was. */
    @Test
    void aFileThatIsNotWhatItWasGivesNoWrongBytes() throws IOException {
        putMany();
        store.close();
        byte[] other = fileOf(OTHER);
        try (DiskFile file = disk.openForWrite(LAYOUT.chunkFile(CHUNK))) {
            file.truncate(0);
            file.writeFully(ByteBuffer.wrap(other), 0);
        }
        store = open(disk);

        assertThatThrownBy(() -> store.open(CHUNK).close()).isInstanceOf(ChunkServerException.Corrupt.class);
        store.verify(OTHER);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 12, 16, 30, -1, -20, -30})
    void aDamagedOneOnlyTakesTime(int offset) throws IOException {
        List<ChunkInfo> stored = putMany();
        store.close();
        flipBit(CHECKPOINT, offset);
        reopenWatched();

        assertThat(all()).isEqualTo(stored);
        assertThat(chunkFilesOpened()).isEqualTo(CHUNKS);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 15, 16, 23, 24, 100})
    void aTruncatedOneOnlyTakesTime(int size) throws IOException {
        List<ChunkInfo> stored = putMany();
        store.close();
        try (DiskFile file = disk.openForWrite(CHECKPOINT)) {
            file.truncate(size);
        }
        reopenWatched();

        assertThat(all()).isEqualTo(stored);
    }

    @ParameterizedTest
    @CsvSource({"2, FORMAT_TOO_NEW", "0, FORMAT_TOO_OLD"})
    void oneOfAnotherFormatIsToldAsSuchAndOnlyTakesTime(int format, ErrorCode code) throws IOException {
        List<ChunkInfo> stored = putMany();
        store.close();
        ByteBuffer header = IndexCheckpointFormat.encodeHeader().putInt(8, format);
        header.putInt(12, Crc32c.of(header.duplicate().limit(12)));
        try (DiskFile file = disk.openForWrite(CHECKPOINT)) {
            file.writeFully(header, 0);
        }
        IndexCheckpointFile checkpoint = new IndexCheckpointFile(disk, DataDirectory.INDEX);
        assertThatThrownBy(checkpoint::read)
                .isInstanceOfSatisfying(
                        ChunkServerException.Unusable.class,
                        e -> assertThat(e.code()).isEqualTo(code));
        reopenWatched();

        assertThat(all()).isEqualTo(stored);
    }

    @Test
    void oneThatCannotBeReadOnlyTakesTime() throws IOException {
        List<ChunkInfo> stored = putMany();
        store.close();
        failing = operation -> operation.path().equals(CHECKPOINT);
        reopenWatched();

        assertThat(all()).isEqualTo(stored);
    }

    @ParameterizedTest
    @CsvSource({"CREATE", "WRITE", "FORCE", "RENAME", "FORCE_DIRECTORY", "CREATE_DIRECTORIES"})
    void oneThatCannotBeWrittenHarmsNothingAndIsNotTriedAgain(Kind kind) throws IOException {
        disk.createDirectories(DataDirectory.INDEX);
        reopenWatched();
        List<ChunkInfo> stored = putMany();
        failing = operation -> operation.kind() == kind && operation.path().startsWith(DataDirectory.INDEX);
        store.checkpointIfDue();
        store.checkpointIfDue();
        failing = operation -> false;

        put(CHUNK, 2);
        store.forcePublished();
        operations.clear();
        store.close();
        assertThat(operations).noneMatch(operation -> operation.path().startsWith(DataDirectory.INDEX));
        assertThat(disk.list(DataDirectory.INDEX)).doesNotContain(Path.of("checkpoint.tmp"));
        store = open(disk);
        assertThat(all()).hasSameSizeAs(stored);
        store.verify(CHUNK);
    }

    @Test
    void oneThatFindsNoRoomIsTriedAgain() throws IOException {
        reopenWatched();
        putMany();
        failing = operation -> operation.kind() == Kind.FREE_BYTES;
        fault = DiskFault.NO_SPACE;
        store.checkpointIfDue();
        store.checkpointIfDue();
        assertThat(disk.size(CHECKPOINT)).isEmpty();

        failing = operation -> false;
        put(CHUNK, 2);
        store.close();
        assertThat(disk.size(CHECKPOINT)).isPresent();
        assertThat(disk.list(DataDirectory.INDEX)).containsExactly(Path.of("checkpoint"));
    }

    @Test
    void oneThatFillsTheDiskLeavesTheOneBefore() throws IOException {
        reopenWatched();
        List<ChunkInfo> stored = putMany();
        reopenWatched();
        failing =
                operation -> operation.kind() == Kind.WRITE && operation.path().startsWith(DataDirectory.INDEX);
        fault = DiskFault.NO_SPACE;
        put(CHUNK, 2);
        store.close();
        assertThat(disk.list(DataDirectory.INDEX)).containsExactly(Path.of("checkpoint"));

        failing = operation -> false;
        reopenWatched();
        assertThat(chunkFilesOpened()).isBetween(1L, 10L);
        assertThat(all()).hasSameSizeAs(stored);
    }

    /** Neither the folders nor the checkpoints have failed by that. */
    @Test
    void aLackOfFileHandlesIsOverWhenItIsOver() throws IOException {
        reopenWatched();
        putMany();
        put(OTHER, 2);
        fault = DiskFault.NO_HANDLES;
        failing = operation -> true;
        assertThatThrownBy(store::forcePublished).isInstanceOf(ChunkServerException.Overloaded.class);
        failing = operation -> operation.path().startsWith(DataDirectory.INDEX);
        store.checkpointIfDue();
        operations.clear();
        store.checkpointIfDue();
        assertThat(operations).anyMatch(failing);
        assertThat(disk.size(CHECKPOINT)).isEmpty();

        failing = operation -> false;
        put(CHUNK, 3);
        store.close();
        assertThat(disk.size(CHECKPOINT)).isPresent();
    }

    /** D3: that a folder cannot be forced is no matter of the checkpoint alone. */
    @Test
    void aFolderThatCannotBeForcedFailsTheStore() throws IOException {
        reopenWatched();
        put(CHUNK, 1);
        store.checkpointIfDue();
        failing = operation -> operation.kind() == Kind.FORCE_DIRECTORY
                && operation.path().equals(LAYOUT.chunkFile(CHUNK).getParent());
        assertThatThrownBy(store::checkpointIfDue).isInstanceOf(IOException.class);
        failing = operation -> false;

        assertThatThrownBy(store::forcePublished).isInstanceOf(ChunkServerException.Unavailable.class);
    }
}
