package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.space.ReservingSpaceAccountant;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The accountant against the index; the index against the disk is shown by whole servers. */
@ExtendWith(ExpectedErrors.class)
class SpaceAuditTest {

    private final MemoryDisk disk = new MemoryDisk();
    private FileChunkStore store;

    @BeforeEach
    void open() throws IOException {
        disk.createDirectories(DataDirectory.CHUNKS);
        disk.createDirectories(DataDirectory.QUARANTINE);
        store = FileChunkStore.open(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX);
    }

    @AfterEach
    void close() throws IOException {
        store.close();
    }

    private static ReservingSpaceAccountant accountant(long usedBytes) throws IOException {
        return new ReservingSpaceAccountant(1000, usedBytes, 0, () -> Long.MAX_VALUE);
    }

    @Test
    void bytesThatAreBookedAndNotPublishedAreADriftAsSoonAsTheyAreSeenTwice() throws IOException {
        SpaceAudit audit = new SpaceAudit(store, accountant(77));

        audit.runOnce();
        assertThat(audit.driftBytes()).isZero();
        audit.runOnce();

        assertThat(audit.driftBytes()).isEqualTo(77);
    }

    /** A chunk is published a moment before it is booked. */
    @Test
    void whatIsSettledBetweenTwoLooksIsNoDrift() throws IOException {
        ReservingSpaceAccountant space = accountant(0);
        SpaceAudit audit = new SpaceAudit(store, space);
        for (int look = 1; look < 6; look++) {
            try (Reservation one = space.reserve(look)) {
                one.settle();
            }
            audit.runOnce();
            assertThat(audit.driftBytes()).isZero();
        }
    }

    @Test
    void aDriftThatIsOverIsForgotten() throws IOException {
        ReservingSpaceAccountant space = accountant(77);
        SpaceAudit audit = new SpaceAudit(store, space);
        audit.runOnce();
        audit.runOnce();

        space.release(77);
        audit.runOnce();
        audit.runOnce();

        assertThat(audit.driftBytes()).isZero();
        assertThat(space.snapshot().usedBytes()).isZero();
    }
}
