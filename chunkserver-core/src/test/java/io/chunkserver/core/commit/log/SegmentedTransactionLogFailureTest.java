package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogFixture.failureOf;
import static io.chunkserver.core.commit.log.LogFixture.force;
import static io.chunkserver.core.testkit.LogRecords.aborted;
import static io.chunkserver.core.testkit.LogRecords.prepared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.StopAfter;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A log on a disk of which one write or force fails. */
class SegmentedTransactionLogFailureTest {

    private final MemoryDisk memory = new MemoryDisk();
    private final StopAfter script = StopAfter.never();
    private final FaultyDisk disk = new FaultyDisk(memory, script);
    private final Queue<Runnable> tasks = new ArrayDeque<>();

    /** A log with one promise, which fails a change that comes later but no change after that. */
    private SegmentedTransactionLog failAfter(int changes) throws IOException {
        SegmentedTransactionLog log = new LogFixture(disk).open();
        force(log, prepared(1));
        script.stopAfter(changes);
        return log;
    }

    /** 0 is the write of the batch, 1 its force. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void whoWaitsIsToldThatTheDiskFailed(int changes) throws IOException {
        SegmentedTransactionLog log = failAfter(changes);

        CompletionStage<Void> stage = log.force(prepared(2));

        assertThatThrownBy(() -> stage.toCompletableFuture().get())
                .hasMessageContaining("the transaction log failed at segment log")
                .hasMessageContaining(LogFixture.segment(1).toString());
        assertThat(failureOf(stage)).isEqualTo(ErrorCode.DISK_FAILED);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aFailureIsForGoodAndNothingIsTriedAgain(int changes) throws IOException {
        SegmentedTransactionLog log = failAfter(changes);
        log.append(prepared(2));
        int changesBefore = script.changes();

        // The disk is well again, and that makes no difference.
        assertThat(failureOf(log.force(prepared(3)))).isEqualTo(ErrorCode.DISK_FAILED);
        log.append(prepared(4));
        log.close();

        assertThat(script.changes()).isEqualTo(changesBefore);
        assertThat(memory.openFiles()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theTableHoldsWhatWasDurableBefore(int changes) throws IOException {
        SegmentedTransactionLog log = failAfter(changes);
        log.append(prepared(2));

        assertThat(log.table().inDoubt()).containsExactly(prepared(1));
    }

    /** A new segment, the folder that it is in, and one that is removed after a checkpoint: each needs a file handle. */
    @ParameterizedTest
    @EnumSource(
            value = DiskOperation.Kind.class,
            names = {"CREATE", "FORCE_DIRECTORY"})
    void aLackOfFileHandlesRefusesRecordsAndFailsNothing(DiskOperation.Kind kind) throws IOException {
        boolean[] without = {false};
        LogFixture fixture = new LogFixture(new FaultyDisk(
                memory, operation -> without[0] && operation.kind() == kind ? DiskFault.NO_HANDLES : DiskFault.NONE));
        SegmentedTransactionLog log = fixture.open();
        without[0] = true;
        int number = 0;
        CompletionStage<Void> refused = log.force(prepared(number));
        while (!refused.toCompletableFuture().isCompletedExceptionally()) {
            number++;
            refused = log.force(prepared(number));
        }
        assertThat(failureOf(refused)).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(log.failed().toCompletableFuture()).isNotDone();

        without[0] = false;
        force(log, prepared(number));
        log.close();
        assertThat(fixture.open().table().inDoubt()).hasSize(number + 1);
    }

    private static long last(LogFixture fixture) throws IOException {
        List<Long> segments = fixture.segments();
        return segments.get(segments.size() - 1);
    }

    @Test
    void segmentsThatCouldNotBeRemovedForWantOfAFileHandleAreRemovedWithTheNextOnes() throws IOException {
        boolean[] removing = {false};
        int[] without = {0};
        LogFixture fixture = new LogFixture(new FaultyDisk(memory, operation -> {
            boolean forced = operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY && removing[0];
            removing[0] = operation.kind() == DiskOperation.Kind.DELETE;
            if (forced && without[0] == 0) {
                without[0]++;
                return DiskFault.NO_HANDLES;
            }
            return DiskFault.NONE;
        }));
        SegmentedTransactionLog log = fixture.open();
        for (int number = 0; last(fixture) < 20; number++) {
            force(log, LogFixture.largePrepared(number));
            force(log, aborted(LogFixture.largePrepared(number)));
        }

        assertThat(without[0]).isOne();
        assertThat(fixture.segments().get(0)).isGreaterThan(10);
        log.close();
        assertThat(fixture.open().table().inDoubt()).isEmpty();
    }

    @Test
    void publicationsThatWereNotForcedForWantOfAFileHandleAreForcedForTheNextCheckpoint() throws IOException {
        int[] forced = {0};
        LogFixture fixture = new LogFixture(memory).with((PublicationBarrier) () -> {
            if (forced[0]++ == 0) {
                throw Failure.of(ErrorCode.OVERLOADED, "no file handle is free").toException();
            }
        });
        SegmentedTransactionLog log = fixture.open();
        for (int number = 0; last(fixture) < 20; number++) {
            force(log, LogFixture.largePrepared(number));
            force(log, aborted(LogFixture.largePrepared(number)));
        }

        assertThat(forced[0]).isGreaterThan(1);
        assertThat(fixture.segments().get(0)).isGreaterThan(10);
    }

    /** The bit that is wrong is one of the last batch, in the middle of the segment: it looks as if a crash had torn it. */
    @Test
    void aReadThatIsWrongOnceMakesNoStartForgetAnything() throws IOException {
        SegmentedTransactionLog log = new LogFixture(memory).open();
        List<LogRecord.Prepared> promises =
                LongStream.rangeClosed(1, 4).mapToObj(LogFixture::largePrepared).toList();
        promises.forEach(promise -> force(log, promise));

        int reads = 0;
        while (startsAlsoAfterAWrongRead(reads, promises)) {
            reads++;
        }
        assertThat(reads).isGreaterThan(3);
    }

    /** The same, where there is a torn batch to cut off: a wrong bit makes it begin earlier than it does. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aReadThatIsWrongOnceMakesNoStartCutMoreThanIsTorn(int lostSector) throws IOException {
        LogFixture fixture = new LogFixture(memory);
        SegmentedTransactionLog log = fixture.open();
        List<LogRecord.Prepared> promises =
                LongStream.rangeClosed(1, 4).mapToObj(LogFixture::largePrepared).toList();
        promises.forEach(promise -> force(log, promise));
        byte[] before = fixture.read(LogFixture.segment(1));
        force(log, LogFixture.largePrepared(5));
        int tornFrom = Arrays.mismatch(before, fixture.read(LogFixture.segment(1)));
        fixture.overwrite(
                LogFixture.segment(1),
                tornFrom + lostSector * LogSegmentFormat.SECTOR_BYTES,
                new byte[LogSegmentFormat.SECTOR_BYTES]);

        int reads = 0;
        while (startsAlsoAfterAWrongRead(reads, promises)) {
            reads++;
        }
        assertThat(reads).isGreaterThan(5);
    }

    /** @return false when the start has not read so often */
    private boolean startsAlsoAfterAWrongRead(int number, List<LogRecord.Prepared> promises) throws IOException {
        MemoryDisk left = memory.copyAfterProcessDeath();
        DiskScript once = DiskScript.once(
                operation -> operation.kind() == DiskOperation.Kind.READ, number, DiskFault.FLIPPED_BIT);
        boolean[] flipped = new boolean[1];
        FaultyDisk lying = new FaultyDisk(left, operation -> {
            DiskFault fault = once.before(operation);
            flipped[0] |= fault.equals(DiskFault.FLIPPED_BIT);
            return fault;
        });
        try {
            new LogFixture(lying).open();
        } catch (IOException refused) {
            assertThat(refused)
                    .as("wrong read %d is no reason to look for a copy of the log", number)
                    .isNotInstanceOf(ChunkServerException.class)
                    .hasMessageContaining("does not read the same twice");
        }
        SegmentedTransactionLog next = new LogFixture(left.copyAfterProcessDeath()).open();
        assertThat(next.table().inDoubt()).as("after wrong read %d", number).containsExactlyElementsOf(promises);
        return flipped[0];
    }

    /** Both make the last batch look torn, which is whole: it may be cut only where the same bytes were read twice. */
    @Test
    void twoReadsThatAreWrongInDifferentBitsMakeNoStartForgetAnything() throws IOException {
        LogFixture fixture = new LogFixture(memory);
        SegmentedTransactionLog log = fixture.open();
        force(log, LogFixture.largePrepared(1));
        byte[] before = fixture.read(LogFixture.segment(1));
        force(log, LogFixture.largePrepared(2));
        int lastBatch = Arrays.mismatch(before, fixture.read(LogFixture.segment(1)));
        MemoryDisk left = memory.copyAfterProcessDeath();

        assertThatThrownBy(() -> new LogFixture(lying(left, lastBatch + 600, lastBatch + 700)).open())
                .isNotInstanceOf(ChunkServerException.class)
                .hasMessageContaining("does not read the same twice");
        SegmentedTransactionLog next = new LogFixture(left.copyAfterProcessDeath()).open();
        assertThat(next.table().inDoubt()).containsExactly(LogFixture.largePrepared(1), LogFixture.largePrepared(2));
    }

    /** Two complaints that differ are no damage either. */
    @Test
    void twoReadsThatAreWrongInDifferentPlacesAreNoReasonToLookForACopy() throws IOException {
        LogFixture fixture = new LogFixture(memory);
        SegmentedTransactionLog log = fixture.open();
        byte[] empty = fixture.read(LogFixture.segment(1));
        force(log, LogFixture.largePrepared(1));
        int firstBatch = Arrays.mismatch(empty, fixture.read(LogFixture.segment(1)));
        byte[] one = fixture.read(LogFixture.segment(1));
        force(log, LogFixture.largePrepared(2));
        int secondBatch = Arrays.mismatch(one, fixture.read(LogFixture.segment(1)));
        force(log, LogFixture.largePrepared(3));
        MemoryDisk left = memory.copyAfterProcessDeath();

        assertThatThrownBy(() -> new LogFixture(lying(left, firstBatch + 600, secondBatch + 600)).open())
                .isNotInstanceOf(ChunkServerException.class)
                .hasMessageContaining("does not read the same twice");
    }

    /** The disk, but that each of the first long reads of the first segment gives another wrong byte. */
    private static Disk lying(Disk disk, Integer... wrongBytes) {
        Queue<Integer> wrong = new ArrayDeque<>(List.of(wrongBytes));
        return proxy(Disk.class, disk, (method, arguments, answer) -> {
            if (!(answer instanceof DiskFile file) || !arguments[0].equals(LogFixture.segment(1))) {
                return answer;
            }
            return proxy(DiskFile.class, file, (fileMethod, given, read) -> {
                if (given != null && given[0] instanceof ByteBuffer target && fileMethod.startsWith("read")) {
                    long position = (long) given[1];
                    if (position == 0 && target.position() > LogSegmentFormat.SECTOR_BYTES && !wrong.isEmpty()) {
                        int at = wrong.remove();
                        target.put(at, (byte) (target.get(at) ^ 1));
                    }
                }
                return read;
            });
        });
    }

    private interface Afterwards {
        Object change(String method, Object[] arguments, Object answer);
    }

    private static <T> T proxy(Class<T> type, T real, Afterwards afterwards) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        return afterwards.change(method.getName(), arguments, method.invoke(real, arguments));
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Test
    void allWhoWaitAreTold() throws IOException {
        SegmentedTransactionLog log = new LogFixture(disk).with(tasks::add).open();
        CompletionStage<Void> first = log.force(LogFixture.largePrepared(1));
        for (int number = 2; number < 100; number++) {
            log.append(LogFixture.largePrepared(number));
        }
        CompletionStage<Void> last = log.force(prepared(100));
        script.stopAfter(0);

        tasks.remove().run();

        assertThat(failureOf(first)).isEqualTo(ErrorCode.DISK_FAILED);
        assertThat(failureOf(last)).isEqualTo(ErrorCode.DISK_FAILED);
    }

    @Test
    void aFailureWhileTheNextSegmentIsMadeFailsTheLogToo() throws IOException {
        SegmentedTransactionLog log = new LogFixture(disk).open();
        script.stopAfter(2);

        force(log, prepared(1));

        assertThat(failureOf(log.force(prepared(2)))).isEqualTo(ErrorCode.DISK_FAILED);
    }

    @Test
    void closingSaysThatWhatWaitedIsNotDurable() throws IOException {
        SegmentedTransactionLog log = new LogFixture(disk).with(tasks::add).open();
        CompletionStage<Void> waiting = log.force(prepared(1));
        script.stopAfter(0);

        assertThatThrownBy(log::close).hasMessageContaining("failed");

        assertThat(failureOf(waiting)).isEqualTo(ErrorCode.DISK_FAILED);
        assertThat(memory.openFiles()).isZero();
    }

    @Test
    void aStartAfterAFailureGoesOn() throws IOException {
        SegmentedTransactionLog log = failAfter(0);
        log.append(prepared(2));
        log.close();

        SegmentedTransactionLog again = new LogFixture(disk).open();
        force(again, prepared(3));

        assertThat(again.table().inDoubt()).containsExactly(prepared(1), prepared(3));
    }

    @Test
    void anOpeningThatFailsClosesItsFiles() throws IOException {
        failAfter(Integer.MAX_VALUE).close();
        for (int changes = 0; changes < 5; changes++) {
            script.stopAfter(changes);
            try {
                new LogFixture(disk).open().close();
            } catch (IOException expected) {
                assertThat(expected).hasMessageContaining("stopped");
            }
            assertThat(memory.openFiles()).isZero();
        }
    }
}
