package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class EmergencyReserveTest {

    private static final Path FILLER = Path.of("filler");

    private final MemoryDisk disk = new MemoryDisk(8 << 20);

    private static EmergencyReserve open(Disk disk) throws IOException {
        return EmergencyReserve.open(disk, new FolderForces(disk, "the directory"));
    }

    private void fill() throws IOException {
        try (DiskFile filler = disk.create(FILLER)) {
            filler.writeFully(ByteBuffer.allocate((int) disk.freeBytes()), 0);
        }
        assertThat(disk.freeBytes()).isZero();
    }

    private EmergencyReserve whole() throws IOException {
        EmergencyReserve reserve = open(disk);
        reserve.runOnce();
        assertThat(reserve.heldBytes()).isEqualTo(EmergencyReserve.BYTES);
        return reserve;
    }

    @Test
    void roomIsMadeOnAFullDiskSliceBySliceUntilNothingIsLeft() throws IOException {
        EmergencyReserve reserve = whole();
        fill();
        int slices = EmergencyReserve.BYTES / EmergencyReserve.SLICE_BYTES;

        for (int slice = 1; slice <= slices; slice++) {
            assertThat(reserve.make()).isTrue();
            assertThat(disk.freeBytes()).isEqualTo((long) slice * EmergencyReserve.SLICE_BYTES);
        }

        assertThat(reserve.make()).isFalse();
        assertThat(reserve.heldBytes()).isZero();
    }

    @Test
    void whatWasTakenIsPutBackWhenThereIsRoomAndNotBefore() throws IOException {
        EmergencyReserve reserve = whole();
        fill();
        reserve.make();

        reserve.runOnce();
        assertThat(reserve.heldBytes()).isEqualTo(EmergencyReserve.BYTES - EmergencyReserve.SLICE_BYTES);

        disk.delete(FILLER);
        reserve.runOnce();
        assertThat(reserve.heldBytes()).isEqualTo(EmergencyReserve.BYTES);
        assertThat(disk.size(EmergencyReserve.FILE)).hasValue(EmergencyReserve.BYTES);
    }

    private static void refill(EmergencyReserve reserve) {
        try {
            reserve.runOnce();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsAboutToBeCutIsNotPutBackMeanwhile() throws IOException {
        AtomicReference<EmergencyReserve> cut = new AtomicReference<>();
        Disk watched = new FaultyDisk(disk, operation -> {
            EmergencyReserve reserve = cut.get();
            if (operation.kind() == DiskOperation.Kind.TRUNCATE && reserve != null) {
                cut.set(null);
                refill(reserve);
            }
            return DiskFault.NONE;
        });
        EmergencyReserve reserve = open(watched);
        reserve.runOnce();
        reserve.make();
        cut.set(reserve);
        reserve.make();
        assertThat(disk.size(EmergencyReserve.FILE)).hasValue(reserve.heldBytes());
        reserve.runOnce();
        assertThat(disk.size(EmergencyReserve.FILE)).hasValue(EmergencyReserve.BYTES);
    }

    @Test
    void itOutlivesACrashAndIsTakenUpAsItIs() throws IOException {
        EmergencyReserve reserve = whole();
        reserve.make();
        disk.crash();

        assertThat(open(disk).heldBytes()).isEqualTo(reserve.heldBytes());
    }

    /** On a disk that is full after a crash there is no other time to put it back. */
    @Test
    void whatWasPutBackOutlivesACrash() throws IOException {
        whole();
        disk.crash();

        assertThat(open(disk).heldBytes()).isEqualTo(EmergencyReserve.BYTES);
    }

    private static Predicate<DiskOperation> forceOf(Path name) {
        return operation ->
                operation.kind() == DiskOperation.Kind.FORCE && operation.path().equals(name);
    }

    /** The force that succeeds after one that failed may have written nothing. */
    @Test
    void whatCouldNotBeForcedWhenItWasPutBackIsWrittenToAnotherFile() throws IOException {
        Disk failing =
                new FaultyDisk(disk, DiskScript.once(forceOf(EmergencyReserve.UNFINISHED), 0, DiskFault.IO_ERROR));
        EmergencyReserve reserve = open(failing);
        assertThatThrownBy(reserve::runOnce).isInstanceOf(IOException.class);
        assertThat(reserve.heldBytes()).isZero();

        reserve.runOnce();

        assertThat(reserve.heldBytes()).isEqualTo(EmergencyReserve.BYTES);
        disk.crash();
        try (DiskFile file = disk.openForRead(EmergencyReserve.FILE)) {
            ByteBuffer bytes = ByteBuffer.allocate(EmergencyReserve.BYTES);
            file.readFully(bytes, 0);
            assertThat(bytes.getLong(EmergencyReserve.BYTES - Long.BYTES)).isNotZero();
        }
    }

    @Test
    void aReserveThatCouldNotBeForcedWhenItWasCutIsNotCutAgainButMadeAnew() throws IOException {
        List<DiskOperation> forces = new ArrayList<>();
        DiskScript script = DiskScript.once(forceOf(EmergencyReserve.FILE), 0, DiskFault.IO_ERROR);
        EmergencyReserve reserve = open(new FaultyDisk(disk, operation -> {
            if (operation.kind() == DiskOperation.Kind.FORCE) {
                forces.add(operation);
            }
            return script.before(operation);
        }));
        reserve.runOnce();
        forces.clear();
        assertThatThrownBy(reserve::make).isInstanceOf(IOException.class);

        assertThat(reserve.make()).isFalse();
        assertThat(forces).extracting(DiskOperation::path).containsExactly(EmergencyReserve.FILE);

        reserve.runOnce();
        assertThat(reserve.make()).isTrue();
        assertThat(disk.size(EmergencyReserve.FILE))
                .hasValue(EmergencyReserve.BYTES - EmergencyReserve.SLICE_BYTES)
                .hasValue(reserve.heldBytes());
    }

    @Test
    void aDirectoryThatCouldNotBeForcedIsNotForcedForTheReserveAgain() throws IOException {
        List<DiskOperation> forces = new ArrayList<>();
        DiskScript script = DiskScript.once(
                operation -> operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY, 0, DiskFault.IO_ERROR);
        EmergencyReserve reserve = open(new FaultyDisk(disk, operation -> {
            if (operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY) {
                forces.add(operation);
            }
            return script.before(operation);
        }));
        assertThatThrownBy(reserve::runOnce).isInstanceOf(IOException.class);

        reserve.runOnce();

        assertThat(forces).hasSize(1);
        assertThat(reserve.heldBytes()).isZero();
        assertThat(disk.size(EmergencyReserve.UNFINISHED)).isEmpty();
    }

    @Test
    void whatACrashLeftOfMakingItIsRemoved() throws IOException {
        disk.create(EmergencyReserve.UNFINISHED).close();

        open(disk);

        assertThat(disk.size(EmergencyReserve.UNFINISHED)).isEmpty();
    }

    @Test
    void aServerStartsOnAFullDiskOutOfTheReserve() throws IOException {
        DataDirectory.open(disk, new Random(1)).close();
        fill();

        DataDirectory again = DataDirectory.open(disk, new Random(1));

        assertThat(again.reserve().heldBytes()).isEqualTo(EmergencyReserve.BYTES - EmergencyReserve.SLICE_BYTES);
        again.close();
        disk.delete(EmergencyReserve.FILE);
        disk.delete(FILLER);
        fill();
        assertThatThrownBy(() -> DataDirectory.open(disk, new Random(1))).isInstanceOf(DiskFullException.class);
        assertThat(disk.openFiles()).isZero();
    }
}
