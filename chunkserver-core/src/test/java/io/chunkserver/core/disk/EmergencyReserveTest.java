package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EmergencyReserveTest {

    private static final Path FILLER = Path.of("filler");

    private final MemoryDisk disk = new MemoryDisk(8 << 20);

    private void fill() throws IOException {
        try (DiskFile filler = disk.create(FILLER)) {
            filler.writeFully(ByteBuffer.allocate((int) disk.freeBytes()), 0);
        }
        assertThat(disk.freeBytes()).isZero();
    }

    private EmergencyReserve whole() throws IOException {
        EmergencyReserve reserve = EmergencyReserve.open(disk);
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

    @Test
    void itOutlivesACrashAndIsTakenUpAsItIs() throws IOException {
        EmergencyReserve reserve = whole();
        reserve.make();
        disk.crash();

        assertThat(EmergencyReserve.open(disk).heldBytes()).isEqualTo(reserve.heldBytes());
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
