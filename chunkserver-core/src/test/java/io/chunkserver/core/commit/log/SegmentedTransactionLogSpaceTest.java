package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogFixture.force;
import static io.chunkserver.core.testkit.LogRecords.aborted;
import static io.chunkserver.core.testkit.LogRecords.committed;
import static io.chunkserver.core.testkit.LogRecords.prepared;
import static io.chunkserver.core.testkit.LogRecords.preparedDelete;
import static io.chunkserver.core.testkit.LogRecords.removed;
import static io.chunkserver.core.testkit.LogRecords.settledByHand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** A log on a disk that has no room for another segment. */
class SegmentedTransactionLogSpaceTest {

    private static final int SEGMENT_BYTES = TransactionLogConfig.MIN_SEGMENT_BYTES;
    private static final Path FILLER = Path.of("filler");

    private final MemoryDisk disk = new MemoryDisk(4L * SEGMENT_BYTES);
    private final LogFixture fixture = new LogFixture(disk);

    /** Leaves room for this many segments and a little more. */
    private void leaveRoomFor(int segments) throws IOException {
        try (DiskFile filler = disk.create(FILLER)) {
            int bytes = (4 - segments) * SEGMENT_BYTES - MemoryDisk.BLOCK_BYTES;
            filler.writeFully(ByteBuffer.allocate(bytes), 0);
        }
    }

    /** Promises until the log refuses one, and returns the number of that one. */
    private static int fill(TransactionLog log, int from) {
        int number = from;
        while (!log.force(prepared(number)).toCompletableFuture().isCompletedExceptionally()) {
            number++;
        }
        return number;
    }

    @Test
    void aStoreIsRefusedWithTheBytesThatAreAvailable() throws IOException {
        leaveRoomFor(1);
        SegmentedTransactionLog log = fixture.open();
        int refused = fill(log, 0);

        CompletionStage<Void> again = log.force(prepared(refused));

        assertThatThrownBy(() -> again.toCompletableFuture().get())
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(ChunkServerException.InsufficientSpace.class, e -> {
                    assertThat(e.failure().availableBytes()).hasValue(disk.freeBytes());
                    assertThat(e.failure().transaction())
                            .contains(prepared(refused).transaction());
                })
                .hasMessageContaining("transaction log");
        assertThat(log.table().inDoubt()).hasSize(refused);
    }

    @Test
    void aRefusedRecordIsNeverFoundByTheNextStart() throws IOException {
        leaveRoomFor(1);
        SegmentedTransactionLog log = fixture.open();
        int refused = fill(log, 0);
        log.close();

        assertThat(fixture.open().table().inDoubt()).hasSize(refused).doesNotContain(prepared(refused));
    }

    @Test
    void deletesAreTakenWhereStoresAreNot() throws IOException {
        leaveRoomFor(1);
        SegmentedTransactionLog log = fixture.open();
        int refused = fill(log, 0);

        force(log, preparedDelete(refused));
        force(log, committed(preparedDelete(refused)));

        assertThat(log.table().outcome(preparedDelete(refused).transaction())).isPresent();
    }

    @Test
    void everyTransactionThatIsOpenCanBeEndedOnAFullDisk() throws IOException {
        leaveRoomFor(1);
        SegmentedTransactionLog log = fixture.open();
        int open = fill(log, 0);
        while (!log.force(preparedDelete(open)).toCompletableFuture().isCompletedExceptionally()) {
            open++;
        }

        int removals = 0;
        while (!log.force(removed(prepared(removals))).toCompletableFuture().isCompletedExceptionally()) {
            removals++;
        }

        // Each in a batch of its own, which takes the most room.
        for (LogRecord.Prepared promise : log.table().inDoubt()) {
            force(log, end(promise));
        }

        assertThat(log.table().inDoubt()).isEmpty();
        assertThat(log.table().outcomes()).isNotEmpty();
    }

    private static LogRecord end(LogRecord.Prepared promise) {
        long number = promise.transaction().sequence();
        if (number % 3 == 0) {
            return settledByHand(promise, number % 2 == 0);
        }
        return promise.tombstone() ? committed(promise) : aborted(promise);
    }

    @Test
    void roomThatIsMadeIsUsedWithoutARestart() throws IOException {
        leaveRoomFor(1);
        SegmentedTransactionLog log = fixture.open();
        int refused = fill(log, 0);

        disk.delete(FILLER);

        force(log, prepared(refused));
        assertThat(fixture.segments()).hasSize(2);
    }

    @Test
    void aFullDiskLeavesNoUnfinishedSegmentBehind() throws IOException {
        leaveRoomFor(1);
        long before = disk.usedBytes();

        try (SegmentedTransactionLog log = fixture.open()) {
            fill(log, 0);
        }

        assertThat(disk.usedBytes()).isEqualTo(before + SEGMENT_BYTES);
        assertThat(disk.list(LogFixture.FOLDER)).hasSize(1);
    }

    @Test
    void aLogThatHasNoRoomForItsFirstSegmentIsNotMade() throws IOException {
        leaveRoomFor(0);
        long before = disk.usedBytes();

        assertThatThrownBy(fixture::open).isInstanceOf(DiskFullException.class);

        assertThat(disk.usedBytes()).isEqualTo(before);
        assertThat(disk.openFiles()).isZero();
    }

    @Test
    void compactingKeepsTheLogSmall() throws IOException {
        SegmentedTransactionLog log = fixture.open();
        for (int number = 0; number < 1000; number++) {
            force(log, prepared(number));
            force(log, aborted(prepared(number)));
        }

        assertThat(fixture.segments()).hasSizeLessThanOrEqualTo(4);
        assertThat(log.table().inDoubt()).isEmpty();
    }

    @Test
    void aCheckpointThatFindsNoRoomIsGivenUpAndLeavesTheRoomForDeletes() throws IOException {
        leaveRoomFor(2);
        SegmentedTransactionLog log = fixture.open();
        int count = 0;
        while (!log.force(LogFixture.largePrepared(count)).toCompletableFuture().isCompletedExceptionally()) {
            count++;
        }
        int refused = fill(log, count);
        List<LogRecord.Prepared> inDoubt = log.table().inDoubt();

        log.close();
        log = fixture.open();

        assertThat(log.table().inDoubt()).isEqualTo(inDoubt);
        force(log, preparedDelete(refused));
        for (LogRecord.Prepared promise : log.table().inDoubt()) {
            force(log, aborted(promise));
        }
    }
}
