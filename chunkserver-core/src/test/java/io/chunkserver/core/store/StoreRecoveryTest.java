package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.EveryCrash;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.StopAfter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the files themselves say, when there is no checkpoint of the index. */
class StoreRecoveryTest extends StoreOnMemoryDisk {

    private void assertQuarantined(byte[] content) throws IOException {
        assertThat(store.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.file()).isEqualTo(LAYOUT.chunkFile(CHUNK));
            assertThat(disk.size(finding.file())).isEmpty();
            assertThat(finding.reason()).contains(finding.file().toString());
            try (DiskFile file = disk.openForRead(finding.quarantine())) {
                ByteBuffer kept = ByteBuffer.allocate((int) file.size());
                file.readFully(kept, 0);
                assertThat(kept.array()).isEqualTo(content);
            }
        });
        assertThat(store.stat(CHUNK)).isEmpty();
        store.verify(OTHER);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, -9, -13, -17, -100})
    void aFlippedBitInFooterOrTrailer(int offset) throws IOException {
        put(CHUNK, 1);
        put(OTHER, 1);
        flipBit(LAYOUT.chunkFile(CHUNK), offset);
        byte[] damaged = fileOf(CHUNK);

        reopenWithoutCheckpoint();

        assertQuarantined(damaged);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, BLOCK})
    void aTruncatedFile(int size) throws IOException {
        put(CHUNK, 1);
        put(OTHER, 1);
        try (DiskFile file = disk.openForWrite(LAYOUT.chunkFile(CHUNK))) {
            file.truncate(size);
        }
        byte[] damaged = fileOf(CHUNK);

        reopenWithoutCheckpoint();

        assertQuarantined(damaged);
    }

    @Test
    void theFileOfAnotherChunk() throws IOException {
        put(CHUNK, 1);
        put(OTHER, 1);
        replaceFile(LAYOUT.chunkFile(CHUNK), fileOf(OTHER));

        reopenWithoutCheckpoint();

        assertQuarantined(fileOf(OTHER));
    }

    /** Each block has the checksum that the table has, and the table that of the footer: only the sum tells. */
    @Test
    void blocksThatAreRightEachButNotTogetherAreFoundByVerifying() throws IOException {
        ChunkInfo info = put(CHUNK, 1);
        byte[] file = fileOf(CHUNK);
        ByteBuffer table = ByteBuffer.wrap(file, data.length, ChunkFileFormat.tableBytes(data.length));
        ChunkFooter footer = new ChunkFooter(
                CHUNK,
                info.version(),
                new StageKey(info.transaction(), new Attempt(1, 1)),
                info.epoch(),
                false,
                Durability.SYNC,
                data.length,
                info.crc32c() + 1,
                Crc32c.of(table),
                Attributes.NONE);
        ByteBuffer changed = ByteBuffer.allocate(file.length).put(file, 0, data.length + table.remaining());
        ChunkFileFormat.encode(footer, changed);
        replaceFile(LAYOUT.chunkFile(CHUNK), changed.array());

        reopenWithoutCheckpoint();

        assertCorrupt(CHUNK, "not that of the whole");
    }

    @Test
    void andKeepsEveryDamagedFileUnderANameOfItsOwn() throws IOException {
        for (int round = 0; round < 3; round++) {
            put(CHUNK, 1);
            flipBit(LAYOUT.chunkFile(CHUNK), -1);
            reopenWithoutCheckpoint();
            assertThat(store.findings()).hasSize(1);
        }
        assertThat(disk.list(LAYOUT.quarantine())).hasSize(3);

        reopenWithoutCheckpoint();
        assertThat(store.findings()).isEmpty();
    }

    @Test
    void andDoesNotLoseADamagedFileInACrash() throws IOException {
        put(CHUNK, 1);
        store.forcePublished();
        flipBit(LAYOUT.chunkFile(CHUNK), -1);
        try (DiskFile file = disk.openForWrite(LAYOUT.chunkFile(CHUNK))) {
            file.force();
        }
        reopenWithoutCheckpoint();
        crash();

        assertThat(disk.list(LAYOUT.quarantine())).hasSize(1);
    }

    /** Wherever the power goes while it is moved: it is under its old name or under its new one. */
    @ParameterizedTest
    @EnumSource
    void andItCanBeFoundInEveryStateThatACrashLeavesMeanwhile(CrashMode mode) throws IOException {
        put(CHUNK, 1);
        store.forcePublished();
        flipBit(LAYOUT.chunkFile(CHUNK), -1);
        try (DiskFile file = disk.openForWrite(LAYOUT.chunkFile(CHUNK))) {
            file.force();
        }
        store.close();
        int moments = 0;
        boolean finished = false;
        while (!finished) {
            MemoryDisk working = disk.copyAfterProcessDeath();
            StopAfter stop = StopAfter.forGood(moments, sector -> true);
            finished = opens(new FaultyDisk(working, stop));
            EveryCrash crash = new EveryCrash();
            do {
                MemoryDisk left = working.copyAfterCrash(mode, crash);
                assertThat(left.size(LAYOUT.chunkFile(CHUNK)).isPresent()
                                || !left.list(LAYOUT.quarantine()).isEmpty())
                        .as("the damaged file is there after %s changes, crash %s", moments, crash)
                        .isTrue();
            } while (crash.next());
            moments++;
        }
        assertThat(moments).as("places to stop").isGreaterThan(1);
    }

    private static boolean opens(Disk disk) {
        try {
            FileChunkStore.open(disk, LAYOUT.chunks(), LAYOUT.quarantine(), DataDirectory.INDEX)
                    .close();
            return true;
        } catch (IOException stopped) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"2, FORMAT_TOO_NEW", "0, FORMAT_TOO_OLD"})
    void anotherFormatStopsTheOpeningAndLeavesTheFile(int format, ErrorCode code) throws IOException {
        put(CHUNK, 1);
        byte[] file = fileOf(CHUNK);
        byte[] otherFormat = file.clone();
        ByteBuffer buffer = ByteBuffer.wrap(otherFormat);
        int trailer = file.length - ChunkFileFormat.TRAILER_BYTES;
        int footer = trailer - buffer.getInt(trailer);
        buffer.putInt(footer, format);
        buffer.putInt(
                trailer + 4, Crc32c.of(buffer.duplicate().limit(trailer + 4).position(footer)));
        replaceFile(LAYOUT.chunkFile(CHUNK), otherFormat);
        store.close();
        disk.delete(DataDirectory.INDEX.resolve("checkpoint"));

        assertThatThrownBy(() -> open(disk))
                .isInstanceOfSatisfying(
                        ChunkServerException.Unusable.class,
                        e -> assertThat(e.code()).isEqualTo(code));

        assertThat(fileOf(CHUNK)).isEqualTo(otherFormat);
    }

    @Test
    void filesThatAreNotOursAreLeftAlone() throws IOException {
        put(CHUNK, 1);
        List<Path> strangers = List.of(
                LAYOUT.chunks().resolve("README"),
                LAYOUT.chunks().resolve("3f"),
                LAYOUT.chunkFile(CHUNK).resolveSibling("notes.txt"),
                LAYOUT.chunkFile(CHUNK).resolveSibling("x.tmp"));
        for (Path stranger : strangers) {
            replaceFile(stranger, new byte[] {1});
        }

        reopenWithoutCheckpoint();

        assertThat(strangers)
                .allSatisfy(stranger -> assertThat(disk.size(stranger)).hasValue(1));
        store.verify(CHUNK);
    }

    @Test
    void aStagedFileWithoutAWholeFooterIsRemoved() throws IOException {
        StageKey key = stage(CHUNK, 1, Durability.SYNC);
        flipBit(LAYOUT.stagedFile(CHUNK, key), -20);

        reopenWithoutCheckpoint();

        assertThat(store.staged()).isEmpty();
        assertThat(disk.list(LAYOUT.chunkFile(CHUNK).getParent())).isEmpty();
    }

    @Test
    void aStagedFileUnderAnotherNameIsRemoved() throws IOException {
        StageKey key = stage(CHUNK, 1, Durability.SYNC);
        disk.rename(LAYOUT.stagedFile(CHUNK, key), LAYOUT.stagedFile(CHUNK, newKey()));

        reopenWithoutCheckpoint();

        assertThat(store.staged()).isEmpty();
    }
}
