package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.DiskContract;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LocalDiskTest {

    @TempDir
    private Path directory;

    @Nested
    class Promises extends DiskContract {

        @Override
        protected Disk newDisk() {
            return new LocalDisk(directory);
        }

        @Override
        protected Disk crash() {
            return Assumptions.abort(
                    "what a local disk was not told to force is lost only with the power of the whole machine");
        }
    }

    @Test
    void theRootIsMadeWhenItIsMissing() throws IOException {
        Disk disk = new LocalDisk(directory.resolve("missing/root"));
        disk.createDirectories(Path.of(""));
        disk.create(Path.of("file")).close();

        assertThat(directory.resolve("missing/root/file")).isEmptyFile();
    }

    @Test
    void twoDirectoriesOfOneFileSystemAreTold() throws IOException {
        Disk one = new LocalDisk(directory.resolve("one"));
        Disk other = new LocalDisk(directory.resolve("other"));
        one.createDirectories(Path.of(""));
        other.createDirectories(Path.of(""));
        assertThat(one.fileSystem()).isEqualTo(other.fileSystem());

        Path elsewhere = Path.of("/proc");
        Assumptions.assumeTrue(Files.isDirectory(elsewhere));
        assertThat(new LocalDisk(elsewhere).fileSystem()).isNotEqualTo(one.fileSystem());
    }

    private interface Action {
        void run() throws IOException;
    }

    /** Whether a force gets to the operating system only a power cut shows; the virtual machine tells that it was asked. */
    private List<String> forcedBy(Action action) throws IOException {
        Path recorded = directory.resolve("recorded.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.FileForce").withoutThreshold();
            recording.start();
            action.run();
            recording.stop();
            recording.dump(recorded);
        }
        return RecordingFile.readAllEvents(recorded).stream()
                .map(event -> event.getString("path"))
                .toList();
    }

    @Test
    void aForcedDirectoryIsForcedByTheOperatingSystem() throws IOException {
        Path folder = Path.of("folder");
        Disk disk = new LocalDisk(directory);
        disk.createDirectories(folder);

        assertThat(forcedBy(() -> disk.forceDirectory(folder)))
                .contains(directory.resolve(folder).toString());
    }

    /** Else a file system without a journal could lose the new name, and then force the loss of the old one. */
    @Test
    void aRenameBetweenDirectoriesForcesTheNewName() throws IOException {
        Disk disk = new LocalDisk(directory);
        disk.createDirectories(Path.of("old"));
        disk.createDirectories(Path.of("new"));
        disk.create(Path.of("old/file")).close();

        assertThat(forcedBy(() -> disk.rename(Path.of("old/file"), Path.of("new/file"))))
                .contains(directory.resolve("new").toString());
    }

    /** Nobody else knows the directories above the root, so nobody else can force them. */
    @Test
    void eachDirectoryAboveANewRootIsForced() throws IOException {
        Disk disk = new LocalDisk(directory.resolve("missing/root"));

        assertThat(forcedBy(() -> disk.createDirectories(Path.of(""))))
                .contains(directory.toString(), directory.resolve("missing").toString());
    }

    @Test
    void theRootNamesTheDisk() {
        assertThat(new LocalDisk(directory)).hasToString(directory.toString());
    }

    @Test
    void freeBytesAreThoseOfTheFileSystem() throws IOException {
        assertThat(new LocalDisk(directory).freeBytes()).isPositive();
    }

    @Test
    void aLockNamesTheDirectoryAndWhatToDo() throws IOException {
        Disk disk = new LocalDisk(directory);
        try (var held = disk.lock(Path.of("lock"))) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> new LocalDisk(directory).lock(Path.of("lock")))
                    .hasMessageContaining(directory.toRealPath().toString())
                    .hasMessageContaining("stop the server");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aFullDeviceIsAFullDisk() throws IOException {
        try (DiskFile file = new LocalDisk(Path.of("/dev")).openForWrite(Path.of("full"))) {
            assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1), 0)).isInstanceOf(DiskFullException.class);
        }
    }

    @Test
    void aLackOfFileHandlesIsKnownByItsReason() {
        for (String reason : List.of("Too many open files", "Too many open files in system")) {
            assertThat(SystemErrors.translate(new FileSystemException("file", null, reason)))
                    .isInstanceOfSatisfying(
                            ChunkServerException.Overloaded.class,
                            e -> assertThat(e.failure().hint()).contains("ulimit -n"))
                    .hasMessageContaining("file: " + reason);
        }
        IOException other = new FileSystemException("Too many open files", null, "Permission denied");
        assertThat(SystemErrors.translate(other)).isSameAs(other);
    }

    @Test
    void aFullDiskIsKnownByItsReason() {
        assertThat(SystemErrors.translate(new IOException("No space left on device")))
                .isInstanceOf(DiskFullException.class);
        assertThat(SystemErrors.translate(new FileSystemException("file", null, "Disk quota exceeded")))
                .isInstanceOf(DiskFullException.class)
                .hasMessageContaining("file");
        IOException other = new FileSystemException("No space left on device", null, "Permission denied");
        assertThat(SystemErrors.translate(other)).isSameAs(other);
        IOException silent = new IOException();
        assertThat(SystemErrors.translate(silent)).isSameAs(silent);
    }

    @Test
    void anErrorOfTheDeviceIsKnownByItsReason() {
        assertThat(SystemErrors.translate(new IOException("Input/output error")))
                .isInstanceOf(DeviceErrorException.class)
                .hasMessage("Input/output error");
        assertThat(SystemErrors.translate(new FileSystemException("file", null, "Input/output error")))
                .isInstanceOf(DeviceErrorException.class)
                .hasMessageContaining("file");
        IOException other = new FileSystemException("Input/output error", null, "Permission denied");
        assertThat(SystemErrors.translate(other)).isSameAs(other);
    }
}
