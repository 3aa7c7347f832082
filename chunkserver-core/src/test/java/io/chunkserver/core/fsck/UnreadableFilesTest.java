package io.chunkserver.core.fsck;

import static io.chunkserver.core.fsck.StoppedServer.CHECKPOINT;
import static io.chunkserver.core.fsck.StoppedServer.ONE_BLOCK;
import static io.chunkserver.core.fsck.StoppedServer.THREE_BLOCKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.fsck.FindingKind.Severity;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FaultyDisk;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the disk or its permissions do not let one read is told as that; the check goes on, and does nothing that needs to know it. */
@ExtendWith(ExpectedErrors.class)
class UnreadableFilesTest {

    private final NotedFindings noted = new NotedFindings();
    private final List<Finding> findings = noted.all;
    private StoppedServer server;

    @BeforeEach
    void stopServer() throws IOException {
        server = new StoppedServer();
    }

    private CheckReport check(Disk disk) throws IOException {
        try (OfflineDirectory directory = OfflineDirectory.open(disk, disk, DataDirectory.IDENTITY_FILE)) {
            return new DirectoryCheck(disk, directory, true, () -> Instant.EPOCH, noted).run(Optional.empty());
        }
    }

    /** Of one kind of operations on one path each fails. */
    private Disk failing(DiskOperation.Kind kind, Path path) {
        return new FaultyDisk(
                server.disk,
                operation -> operation.kind() == kind && operation.path().equals(path)
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE);
    }

    private void assertUnreadable(DiskOperation.Kind kind, Path path) throws IOException {
        CheckReport report = check(failing(kind, path));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.UNREADABLE);
            assertThat(finding.file()).isEqualTo(path);
        });
        assertThat(report.worst()).isEqualTo(Severity.UNREADABLE);
        assertThat(report.chunks()).as("the check went on").isGreaterThanOrEqualTo(2);
        assertThat(server.disk.list(DataDirectory.QUARANTINE)).isEmpty();
        assertThat(server.disk.size(CHECKPOINT)).isPresent();
    }

    private enum Reading {
        OPEN,
        READ
    }

    private static DiskOperation.Kind kind(Reading reading) {
        return DiskOperation.Kind.valueOf(reading.name());
    }

    @ParameterizedTest
    @EnumSource(Reading.class)
    void aChunk(Reading reading) throws IOException {
        assertUnreadable(kind(reading), server.file(THREE_BLOCKS));
    }

    @ParameterizedTest
    @EnumSource(Reading.class)
    void theLog(Reading reading) throws IOException {
        CheckReport report = check(failing(kind(reading), server.log()));

        assertThat(findings).extracting(Finding::kind).containsExactly(FindingKind.UNREADABLE);
        assertThat(report.chunks()).as("the check went on").isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Reading.class)
    void theIndex(Reading reading) throws IOException {
        assertUnreadable(kind(reading), CHECKPOINT);
    }

    @ParameterizedTest
    @EnumSource(Reading.class)
    void theIdentity(Reading reading) throws IOException {
        assertUnreadable(kind(reading), DataDirectory.IDENTITY_FILE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "index", "quarantine"})
    void aFolder(String folder) throws IOException {
        check(failing(DiskOperation.Kind.LIST, Path.of(folder)));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.UNREADABLE);
            assertThat(finding.file()).isEqualTo(Path.of(folder));
        });
    }

    @Test
    void aFolderOfChunks() throws IOException {
        assertUnreadable(DiskOperation.Kind.LIST, server.files.folderOf(THREE_BLOCKS));
    }

    @Test
    void aFolderOfWhichNobodyKnowsWhetherItWasChanged() throws IOException {
        assertUnreadable(DiskOperation.Kind.STAMP, server.files.folderOf(THREE_BLOCKS));
    }

    @Test
    void aChunkThatWasReadWronglyOnceIsNoDamage() throws IOException {
        Path chunk = server.file(THREE_BLOCKS);
        DiskScript once = DiskScript.once(
                operation -> operation.kind() == DiskOperation.Kind.READ
                        && operation.path().equals(chunk),
                2,
                DiskFault.FLIPPED_BIT);

        check(new FaultyDisk(server.disk, once));

        assertThat(findings).isEmpty();
    }

    /** What the index has of a damaged file, and of others in its folder, is known again when the index can be read. */
    @Test
    void aDamagedFileStaysInItsPlaceAsLongAsTheIndexCannotBeRead() throws IOException {
        server.flip(server.file(ONE_BLOCK), 0);

        check(failing(DiskOperation.Kind.OPEN, CHECKPOINT));

        assertThat(findings)
                .extracting(Finding::kind)
                .containsExactly(FindingKind.UNREADABLE, FindingKind.DAMAGED_CHUNK);
        assertThat(server.disk.size(server.file(ONE_BLOCK))).isPresent();
        findings.clear();
        check(server.disk);
        assertThat(server.disk.size(server.file(ONE_BLOCK))).isEmpty();
    }

    /** An index that is behind one folder may alone know of what is in one that cannot be read. */
    @Test
    void anIndexThatIsWrongStaysAsLongAsAFolderOfItCannotBeRead() throws IOException {
        server.write(CHECKPOINT, server.olderIndex);
        server.vouchForFolders();

        check(failing(DiskOperation.Kind.LIST, server.files.folderOf(StoppedServer.REPLACED)));

        assertThat(findings)
                .extracting(Finding::kind)
                .containsExactlyInAnyOrder(FindingKind.UNREADABLE, FindingKind.WRONG_INDEX);
        assertThat(server.disk.size(CHECKPOINT)).isPresent();
    }

    /** On a simulated disk, so that it is tried whoever runs the tests; and on a real one for all but the superuser. */
    @ParameterizedTest
    @ValueSource(strings = {"index/checkpoint", "server_info.json", "index", "log"})
    void aPermissionThatIsTakenAway(String name) throws IOException {
        Path denied = Path.of(name);
        assertThat(server.disk.stamp(denied)).isPresent();

        Disk disk = new FaultyDisk(
                server.disk, operation -> needs(denied, operation) ? DiskFault.ACCESS_DENIED : DiskFault.NONE);

        assertToldAsDenied(check(disk), 4, name);
    }

    /** As where a file or folder has no permission at all: it is not opened, and nothing below it is found. */
    private static boolean needs(Path denied, DiskOperation operation) {
        return switch (operation.kind()) {
            case OPEN, LIST, FORCE_DIRECTORY -> operation.path().startsWith(denied);
            default ->
                operation.path().startsWith(denied)
                        && !operation.path().equals(denied)
                        && operation.kind() != DiskOperation.Kind.READ;
        };
    }

    /** Not for the superuser, whom no permission keeps off. */
    @ParameterizedTest
    @ValueSource(strings = {"index/checkpoint", "server_info.json", "index", "log"})
    void aPermissionThatIsTakenAwayOnARealDisk(String name, @TempDir Path directory) throws IOException {
        try (ChunkServer real = ChunkServer.builder(directory).start()) {
            real.store(new ChunkId("file", 0), new ByteArrayInputStream(new byte[100]), 100);
        }
        Path denied = directory.resolve(name);
        assertThat(denied).exists();
        var before = Files.getPosixFilePermissions(denied);
        Files.setPosixFilePermissions(denied, PosixFilePermissions.fromString("---------"));
        try {
            assumeFalse(Files.isReadable(denied), "the superuser may read " + denied);

            assertToldAsDenied(check(new LocalDisk(directory)), 1, name);
        } finally {
            Files.setPosixFilePermissions(denied, before);
        }
    }

    private void assertToldAsDenied(CheckReport report, long chunks, String name) {
        assertThat(report.worst()).isEqualTo(Severity.UNREADABLE);
        assertThat(report.chunks()).as("the check went on").isEqualTo(chunks);
        assertThat(findings)
                .filteredOn(finding -> finding.kind() == FindingKind.UNREADABLE)
                .isNotEmpty()
                .allSatisfy(finding -> {
                    assertThat(finding.file()).asString().startsWith(name);
                    assertThat(finding.message()).contains("access denied");
                });
    }
}
