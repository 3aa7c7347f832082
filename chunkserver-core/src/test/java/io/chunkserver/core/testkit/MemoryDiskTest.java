package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryDiskTest {

    private static final Path ROOT = Path.of("");
    private static final Path FILE = Path.of("file");
    private static final Path FOLDER = Path.of("folder");
    private static final Path MOVED = FOLDER.resolve("moved");

    private final MemoryDisk disk = new MemoryDisk();

    @Nested
    class Promises extends DiskContract {

        @Override
        protected Disk newDisk() {
            return disk;
        }

        @Override
        protected Disk crash() {
            disk.crash();
            return disk;
        }
    }

    @Test
    void aFingerprintTellsNamesSizesAndBytes() throws IOException {
        Set<Long> fingerprints = new HashSet<>();
        fingerprints.add(disk.fingerprint());
        write(disk, FILE, "text");
        fingerprints.add(disk.fingerprint());
        disk.rename(FILE, Path.of("another"));
        fingerprints.add(disk.fingerprint());
        try (DiskFile open = disk.openForWrite(Path.of("another"))) {
            open.write(ByteBuffer.wrap(new byte[1]), 4);
            fingerprints.add(disk.fingerprint());
            open.write(ByteBuffer.wrap(new byte[] {1}), 4);
            fingerprints.add(disk.fingerprint());
            open.write(ByteBuffer.wrap(new byte[1]), 4);
        }
        assertThat(fingerprints).hasSize(5).contains(disk.fingerprint());
        assertThat(disk.copyAfterProcessDeath().fingerprint()).isEqualTo(disk.fingerprint());
    }

    private static void write(Disk disk, Path file, String text) throws IOException {
        try (DiskFile open = disk.create(file)) {
            open.writeFully(StandardCharsets.UTF_8.encode(text), 0);
        }
    }

    private void writeForced(Path file, String text) throws IOException {
        write(disk, file, text);
        try (DiskFile open = disk.openForWrite(file)) {
            open.force();
        }
    }

    private String read(Path file) throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            ByteBuffer target = ByteBuffer.allocate((int) open.size());
            open.readFully(target, 0);
            return StandardCharsets.UTF_8.decode(target.flip()).toString();
        }
    }

    @Nested
    class InACrash {

        @Test
        void whatWasForcedWithItsNameStays() throws IOException {
            writeForced(FILE, "text");
            disk.forceDirectory(ROOT);
            disk.crash();
            assertThat(read(FILE)).isEqualTo("text");
        }

        @Test
        void aNameThatWasNotForcedIsLost() throws IOException {
            writeForced(FILE, "text");
            disk.crash();
            assertThat(disk.list(ROOT)).isEmpty();
        }

        @Test
        void bytesThatWereNotForcedAreLost() throws IOException {
            write(disk, FILE, "text");
            disk.forceDirectory(ROOT);
            disk.crash();
            assertThat(read(FILE)).isEmpty();
        }

        @Test
        void changesAfterTheForceAreLost() throws IOException {
            writeForced(FILE, "text");
            disk.forceDirectory(ROOT);
            try (DiskFile file = disk.openForWrite(FILE)) {
                file.writeFully(StandardCharsets.UTF_8.encode("longer"), 0);
                file.truncate(1);
            }
            disk.crash();
            assertThat(read(FILE)).isEqualTo("text");
        }

        @Test
        void aDeletionThatWasNotForcedIsUndone() throws IOException {
            writeForced(FILE, "text");
            disk.forceDirectory(ROOT);
            disk.delete(FILE);
            disk.crash();
            assertThat(read(FILE)).isEqualTo("text");
        }

        @Test
        void aRenameThatWasNotForcedIsUndone() throws IOException {
            renameForced(false, false);
            assertThat(read(FILE)).isEqualTo("text");
            assertThat(disk.list(FOLDER)).isEmpty();
        }

        @Test
        void aRenameForcedAtItsTargetAloneLeavesBothNames() throws IOException {
            renameForced(false, true);
            assertThat(read(FILE)).isEqualTo("text");
            assertThat(read(MOVED)).isEqualTo("text");
        }

        @Test
        void aRenameForcedAtItsSourceAloneDoesNotLoseTheFile() throws IOException {
            renameForced(true, false);
            assertThat(disk.size(FILE)).isEmpty();
            assertThat(read(MOVED)).isEqualTo("text");
        }

        private void renameForced(boolean source, boolean target) throws IOException {
            disk.createDirectories(FOLDER);
            writeForced(FILE, "text");
            disk.forceDirectory(ROOT);
            disk.rename(FILE, MOVED);
            if (source) {
                disk.forceDirectory(ROOT);
            }
            if (target) {
                disk.forceDirectory(FOLDER);
            }
            disk.crash();
        }

        @Test
        void twoNamesOfOneFileAreCountedOnceAndStayTwoNames() throws IOException {
            renameForced(false, true);
            assertThat(disk.usedBytes()).isEqualTo(MemoryDisk.BLOCK_BYTES);
            disk.rename(FILE, MOVED);
            assertThat(read(FILE)).isEqualTo("text");
            disk.delete(FILE);
            assertThat(disk.usedBytes()).isEqualTo(MemoryDisk.BLOCK_BYTES);
            disk.delete(MOVED);
            assertThat(disk.usedBytes()).isZero();
        }

        @Test
        void aFolderThatWasNotForcedIsLostWithAllThatIsInIt() throws IOException {
            disk.createDirectories(FOLDER);
            writeForced(MOVED, "text");
            disk.forceDirectory(FOLDER);
            disk.crash();
            assertThat(disk.list(ROOT)).isEmpty();
            assertThat(disk.usedBytes()).isZero();
        }

        @Test
        void openFilesDieAndLocksAreReleased() throws IOException {
            Closeable before = disk.lock(FILE);
            DiskFile file = disk.create(Path.of("open"));
            disk.crash();

            assertThat(disk.openFiles()).isZero();
            assertThatThrownBy(file::size).isInstanceOf(IOException.class);
            file.close();
            disk.lock(FILE);
            before.close();
            assertThatThrownBy(() -> disk.lock(FILE)).isInstanceOf(IOException.class);
        }
    }

    @Nested
    class WhenFull {

        private final MemoryDisk small = new MemoryDisk(3 * MemoryDisk.BLOCK_BYTES);

        @Test
        void aWriteIsCutShortAndThenRefused() throws IOException {
            try (DiskFile file = small.create(FILE)) {
                ByteBuffer source = ByteBuffer.allocate(4 * MemoryDisk.BLOCK_BYTES);
                assertThat(file.write(source, 0)).isEqualTo(3 * MemoryDisk.BLOCK_BYTES);
                assertThatThrownBy(() -> file.write(source, 3 * MemoryDisk.BLOCK_BYTES))
                        .isInstanceOf(DiskFullException.class);
                assertThat(file.size()).isEqualTo(3 * MemoryDisk.BLOCK_BYTES);
                assertThat(small.freeBytes()).isZero();
            }
        }

        @Test
        void whatIsInTheFileAlreadyCanBeWrittenOver() throws IOException {
            try (DiskFile file = small.create(FILE)) {
                file.writeFully(ByteBuffer.allocate(3 * MemoryDisk.BLOCK_BYTES), 0);
                file.writeFully(ByteBuffer.allocate(MemoryDisk.BLOCK_BYTES), 0);
            }
        }

        @Test
        void shrinkingReplacingAndDeletingGiveRoomBack() throws IOException {
            write(small, FILE, "x".repeat(MemoryDisk.BLOCK_BYTES + 1));
            write(small, Path.of("other"), "x");
            assertThat(small.freeBytes()).isZero();

            small.rename(Path.of("other"), FILE);
            assertThat(small.usedBytes()).isEqualTo(MemoryDisk.BLOCK_BYTES);
            try (DiskFile file = small.openForWrite(FILE)) {
                file.truncate(0);
            }
            assertThat(small.usedBytes()).isZero();
        }

        @Test
        void othersHaveNotTakenTheRoomOfWhatACrashBringsBack() throws IOException {
            MemoryDisk small = new MemoryDisk(10L * MemoryDisk.BLOCK_BYTES);
            Path name = Path.of("file");
            try (DiskFile file = small.create(name)) {
                file.writeFully(ByteBuffer.allocate(4 * MemoryDisk.BLOCK_BYTES), 0);
                file.force();
            }
            small.forceDirectory(Path.of(""));
            small.delete(name);
            small.othersUse(small.freeBytes());

            small.crash();
            small.delete(name);

            assertThat(small.freeBytes()).isEqualTo(4L * MemoryDisk.BLOCK_BYTES);
        }

        @Test
        void aDeletedFileTakesItsRoomUntilItIsClosed() throws IOException {
            DiskFile file = small.create(FILE);
            file.writeFully(ByteBuffer.allocate(1), 0);
            small.delete(FILE);
            assertThat(small.usedBytes()).isEqualTo(MemoryDisk.BLOCK_BYTES);
            file.close();
            assertThat(small.usedBytes()).isZero();
        }
    }
}
