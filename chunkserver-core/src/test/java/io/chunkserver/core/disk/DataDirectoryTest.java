package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {

    private static final Path ROOT = Path.of("");

    private final MemoryDisk disk = new MemoryDisk();
    private final Random random = new Random(1);

    @AfterEach
    void leavesNoFileOpen() {
        assertThat(disk.openFiles()).isZero();
    }

    private ServerIdentity openAndClose() throws IOException {
        return openAndClose(DataDirectory.on(disk, random));
    }

    private static ServerIdentity openAndClose(DataDirectory.Builder builder) throws IOException {
        try (DataDirectory directory = builder.open()) {
            return directory.identity();
        }
    }

    private static void assertUnusable(ErrorCode code, ThrowingCallable call, String... words) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(List.of(words));
    }

    @Test
    void aNewDirectoryGetsItsFoldersAndAnIdentity() throws IOException {
        ServerIdentity identity = openAndClose();

        assertThat(disk.list(ROOT))
                .contains(
                        DataDirectory.CHUNKS, DataDirectory.LOG, DataDirectory.QUARANTINE, DataDirectory.IDENTITY_FILE);
        assertThat(identity.serverId().value()).matches("cs-[0-9a-f]{10}");
        assertThat(identity.uuid()).isNotEqualTo(identity.logId());
        assertThat(identity.uuid().version()).isEqualTo(4);
        assertThat(identity.uuid().variant()).isEqualTo(2);
        assertThat(identity.location()).isEqualTo(Location.ORIGIN);
        assertThat(identity.lastPort()).isZero();
        assertThat(identity.bootCount()).isBetween(1L, (1L << 31) - 1);
    }

    @Test
    void theIdentityStaysAndTheBootCountGrows() throws IOException {
        ServerIdentity first = openAndClose();
        ServerIdentity second = openAndClose();

        assertThat(second).isEqualTo(first.atNextBoot());
    }

    @Test
    void foldersAndIdentityOutliveACrashRightAfterOpening() throws IOException {
        ServerIdentity first = DataDirectory.open(disk, random).identity();
        disk.crash();
        assertThat(disk.list(ROOT)).contains(DataDirectory.CHUNKS, DataDirectory.LOG);

        assertThat(openAndClose()).isEqualTo(first.atNextBoot());
    }

    /** Identity and reserve force their names with every opening: here the one lies elsewhere, and there is no room for the other. */
    @Test
    void foldersOutliveACrashByThemselves() throws IOException {
        MemoryDisk full = new MemoryDisk(EmergencyReserve.BYTES);
        openAndClose(DataDirectory.on(full, random).identityFile(new MemoryDisk(), DataDirectory.IDENTITY_FILE));
        full.crash();

        assertThat(full.list(ROOT)).contains(DataDirectory.CHUNKS, DataDirectory.LOG, DataDirectory.QUARANTINE);
    }

    @Test
    void aBootCountIsNotUsedTwiceWhateverCrashes() throws IOException {
        long first = openAndClose().bootCount();
        long second = DataDirectory.open(disk, random).identity().bootCount();
        disk.crash();

        assertThat(second).isGreaterThan(first);
        assertThat(openAndClose().bootCount()).isGreaterThan(second);
    }

    @Test
    void aWipedDirectoryDoesNotCountFromWhereItBegan() throws IOException {
        long first = openAndClose().bootCount();
        long second = openAndClose(DataDirectory.on(new MemoryDisk(), random)).bootCount();

        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void aConfiguredNameIsTakenForANewDirectory() throws IOException {
        ServerId name = new ServerId("rack-7");

        assertThat(openAndClose(DataDirectory.on(disk, random).serverId(name)).serverId())
                .isEqualTo(name);
        assertThat(openAndClose().serverId()).isEqualTo(name);
    }

    @Test
    void theDirectoryOfAnotherServerIsRefused() throws IOException {
        ServerIdentity first = openAndClose(DataDirectory.on(disk, random).serverId(new ServerId("rack-7")));

        assertUnusable(
                ErrorCode.WRONG_SERVER,
                () -> DataDirectory.on(disk, random)
                        .serverId(new ServerId("rack-8"))
                        .open(),
                "rack-7",
                "rack-8",
                disk.toString(),
                "give this server a directory of its own");
        assertThat(openAndClose()).isEqualTo(first.atNextBoot());
    }

    @Test
    void aConfiguredLocationReplacesTheStoredOne() throws IOException {
        Location here = new Location(1.5, -2);
        Location there = new Location(3, 1e-7);

        openAndClose(DataDirectory.on(disk, random).location(here));
        assertThat(openAndClose().location()).isEqualTo(here);
        openAndClose(DataDirectory.on(disk, random).location(there));
        assertThat(openAndClose().location()).isEqualTo(there);
    }

    @Test
    void thePortIsRemembered() throws IOException {
        try (DataDirectory directory = DataDirectory.open(disk, random)) {
            directory.recordPort(4711);
            assertThat(directory.identity().lastPort()).isEqualTo(4711);
        }
        disk.crash();

        assertThat(openAndClose().lastPort()).isEqualTo(4711);
    }

    /** A later force that succeeds may have written nothing: the mark would be told as durable, and be gone after a power loss. */
    @Test
    void aMarkThatCouldNotBeForcedIsNotToldAsDurableByAnotherForce() throws IOException {
        openAndClose();
        AtomicBoolean failing = new AtomicBoolean();
        Disk faulty = new FaultyDisk(
                disk,
                operation -> operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY
                                && operation.path().equals(ROOT)
                                && failing.getAndSet(false)
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE);
        try (DataDirectory directory = DataDirectory.open(faulty, random)) {
            failing.set(true);
            assertThatThrownBy(() -> directory.recordDraining(true)).isInstanceOf(IOException.class);

            assertUnusable(
                    ErrorCode.DISK_FAILED, () -> directory.recordDraining(true), "an earlier force", "mend the disk");
            assertUnusable(ErrorCode.DISK_FAILED, () -> directory.recordPort(4711), "an earlier force");
            assertThat(directory.isDraining()).isFalse();
        }
    }

    @Test
    void aPortOutOfRangeIsRefusedAndNotRemembered() throws IOException {
        try (DataDirectory directory = DataDirectory.open(disk, random)) {
            assertThatThrownBy(() -> directory.recordPort(65536)).isInstanceOf(IllegalArgumentException.class);
            assertThat(directory.identity().lastPort()).isZero();
        }
    }

    @Test
    void aClosedDirectoryRemembersNothing() throws IOException {
        DataDirectory closed = DataDirectory.open(disk, random);
        closed.close();
        for (ThrowingCallable write : List.<ThrowingCallable>of(
                () -> closed.recordPort(5),
                closed::renewLogId,
                () -> closed.recordDraining(true),
                () -> closed.recordEmptying(true))) {
            assertUnusable(ErrorCode.DRAINING, write, "is closed");
        }
        try (DataDirectory next = DataDirectory.open(disk, random)) {
            assertThat(next.identity()).isEqualTo(closed.identity().atNextBoot());
            assertThat(next.isDraining()).isFalse();
            assertThat(next.isEmptying()).isFalse();
        }
    }

    @Test
    void onlyOneServerHasTheDirectoryOpen() throws IOException {
        DataDirectory first = DataDirectory.open(disk, random);

        assertUnusable(ErrorCode.DIRECTORY_LOCKED, () -> DataDirectory.open(disk, random), "lock");
        first.close();
        first.close();
        openAndClose();
    }

    @Test
    void aRefusalReleasesTheLock() throws IOException {
        openAndClose();
        ServerId other = new ServerId("other");
        assertThatThrownBy(() -> DataDirectory.on(disk, random).serverId(other).open())
                .isInstanceOf(ChunkServerException.Unusable.class);

        openAndClose();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunks", "log", "quarantine"})
    void noIdentityIsMadeUpOverDataThatIsThere(String folder) throws IOException {
        openAndClose();
        Path data = Path.of(folder).resolve("data");
        disk.create(data).close();
        disk.delete(DataDirectory.IDENTITY_FILE);

        assertUnusable(
                ErrorCode.BAD_CONFIGURATION,
                this::openAndClose,
                data.toString(),
                DataDirectory.IDENTITY_FILE.toString(),
                "restore the identity file");
        assertThat(disk.size(DataDirectory.IDENTITY_FILE)).isEmpty();
    }

    @Test
    void theIdentityFileMayLieElsewhere() throws IOException {
        MemoryDisk elsewhere = new MemoryDisk();
        Path file = Path.of("etc", "me.json");
        ServerIdentity first = openAndClose(DataDirectory.on(disk, random).identityFile(elsewhere, file));
        elsewhere.crash();

        assertThat(disk.size(DataDirectory.IDENTITY_FILE)).isEmpty();
        assertThat(openAndClose(DataDirectory.on(disk, random).identityFile(elsewhere, file)))
                .isEqualTo(first.atNextBoot());
    }

    @Test
    void whatACrashLeftOfWritingTheIdentityIsInNobodysWay() throws IOException {
        ServerIdentity first = openAndClose();
        disk.create(Path.of("server_info.json.tmp")).close();

        assertThat(openAndClose()).isEqualTo(first.atNextBoot());
        assertThat(disk.size(Path.of("server_info.json.tmp"))).isEmpty();
    }

    @Test
    void aDamagedIdentityFileIsReportedAndLeftAsItIs() throws IOException {
        openAndClose();
        overwriteIdentity("{\"format\": 1, \"server_id\":");

        assertUnusable(ErrorCode.CORRUPT, this::openAndClose, "server_info.json", "restore");
        assertThat(disk.size(DataDirectory.IDENTITY_FILE)).hasValue(26);
    }

    @Test
    void anIdentityFileThatIsReadWrongOnceIsReadAgain() throws IOException {
        ServerIdentity first = openAndClose();
        DiskScript script = DiskScript.once(
                operation -> operation.kind() == DiskOperation.Kind.READ
                        && operation.path().equals(DataDirectory.IDENTITY_FILE),
                0,
                DiskFault.FLIPPED_BIT);

        ServerIdentity second = openAndClose(DataDirectory.on(new FaultyDisk(disk, script), random));

        assertThat(second).isEqualTo(first.atNextBoot());
    }

    /** Files of older versions have no checksum: a digit that was read wrong would be written back as the right one. */
    @Test
    void anIdentityWithoutAChecksumThatIsReadWrongOnceStaysWhatItIs() throws IOException {
        ServerIdentity first = openAndClose();
        String text = StandardCharsets.UTF_8
                .decode(IdentityFormat.encode(first))
                .toString()
                .replaceFirst(",\\s*\"crc32c\": \"[0-9a-f]+\"", "");
        assertThat(text).doesNotContain("crc32c");
        // The fault is in the middle of what is read: spaces in front move it over all characters there, digits among
        // them.
        for (int spaces = 0; spaces < 80; spaces += 2) {
            overwriteIdentity(" ".repeat(spaces) + text);
            DiskScript script = DiskScript.once(
                    operation -> operation.kind() == DiskOperation.Kind.READ
                            && operation.path().equals(DataDirectory.IDENTITY_FILE),
                    0,
                    DiskFault.FLIPPED_BIT);
            assertThat(openAndClose(DataDirectory.on(new FaultyDisk(disk, script), random)))
                    .as("after %d spaces", spaces)
                    .isEqualTo(first.atNextBoot());
        }
    }

    @Test
    void anOversizedIdentityFileIsNotRead() throws IOException {
        openAndClose();
        overwriteIdentity(" ".repeat(IdentityFormat.MAX_BYTES + 1));

        assertUnusable(ErrorCode.CORRUPT, this::openAndClose, "server_info.json");
    }

    private void overwriteIdentity(String text) throws IOException {
        try (DiskFile file = disk.openForWrite(DataDirectory.IDENTITY_FILE)) {
            file.truncate(0);
            file.writeFully(StandardCharsets.UTF_8.encode(text), 0);
        }
    }
}
