package io.chunkserver.core.commit.log;

import static io.chunkserver.core.testkit.LogRecords.aborted;
import static io.chunkserver.core.testkit.LogRecords.committed;
import static io.chunkserver.core.testkit.LogRecords.decided;
import static io.chunkserver.core.testkit.LogRecords.ended;
import static io.chunkserver.core.testkit.LogRecords.prepared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.log.LogFixture.TableContent;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.CrashChoices;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.EveryCrash;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.NaiveTransactionTable;
import io.chunkserver.core.testkit.StopAfter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Stops the disk at each change that a log makes, one after the other, and looks at what the next start finds.
 *
 * <p>The work fills several segments, so that the changes include those of making, changing and removing segments and of
 * checkpoints. Records are written one by one: at most one of them is in the air when the disk stops.
 */
class SegmentedTransactionLogCrashTest {

    /** What the write that is cut off leaves on the disk. */
    private enum Tear {
        NOTHING,
        FIRST_SECTOR,
        ALL_BUT_FIRST_SECTOR,
        EVERY_OTHER_SECTOR,
        EVERYTHING;

        private boolean leaves(int sector) {
            return switch (this) {
                case NOTHING -> false;
                case FIRST_SECTOR -> sector == 0;
                case ALL_BUT_FIRST_SECTOR -> sector > 0;
                case EVERY_OTHER_SECTOR -> sector % 2 == 0;
                case EVERYTHING -> true;
            };
        }
    }

    /** So many large records are more than a segment takes. */
    private static final int MORE_THAN_A_SEGMENT = 10;

    private static final List<LogRecord> WORK = work();

    private static List<LogRecord> work() {
        List<LogRecord> work = new ArrayList<>();
        for (int number = 0; number < 18; number++) {
            LogRecord.Prepared promise = LogFixture.largePrepared(number);
            work.add(promise);
            work.add(decided(100 + number));
            if (number % 3 == 0) {
                work.add(committed(promise));
            } else if (number % 3 == 1) {
                work.add(aborted(promise));
            }
            if (number % 2 == 0) {
                work.add(ended(decided(100 + number)));
            }
        }
        return work;
    }

    /** What one run of the work got to before the disk stopped. */
    private record Progress(int durable, boolean finished) {}

    private static Disk stopping(Disk disk, int changes, IntPredicate survivingSectors) {
        return new FaultyDisk(disk, StopAfter.forGood(changes, survivingSectors));
    }

    /** Opens the log, does the work and closes it; what fails, fails. */
    private static Progress run(Disk disk) {
        int durable = 0;
        try (SegmentedTransactionLog log = new LogFixture(disk).open()) {
            for (LogRecord record : WORK) {
                if (log.force(record).toCompletableFuture().isCompletedExceptionally()) {
                    return new Progress(durable, false);
                }
                durable++;
            }
        } catch (IOException stopped) {
            return new Progress(durable, false);
        }
        return new Progress(durable, true);
    }

    private static TableContent afterRecords(int count) {
        NaiveTransactionTable model = new NaiveTransactionTable();
        WORK.subList(0, count).forEach(model::apply);
        return TableContent.of(model);
    }

    /** All that is durable is there, and at most the one record more that was being written. */
    private static void assertKept(TableContent found, Progress progress, String when) {
        int possible = Math.min(progress.durable() + 1, WORK.size());
        assertThat(found).as(when).isIn(afterRecords(progress.durable()), afterRecords(possible));
    }

    private static TableContent open(MemoryDisk disk) throws IOException {
        LogFixture fixture = new LogFixture(disk);
        fixture.assertAStartReadsWhatIsThere();
        return TableContent.of(fixture.open().table());
    }

    @ParameterizedTest
    @EnumSource
    void aPowerLossAtAnyChangeLosesNothingDurable(Tear tear) throws IOException {
        boolean finished = false;
        for (int changes = 0; !finished; changes++) {
            MemoryDisk disk = new MemoryDisk();
            Progress progress = run(stopping(disk, changes, tear::leaves));
            finished = progress.finished();
            disk.crash();
            String when = "power lost after " + changes + " changes, leaving " + tear;

            TableContent found = open(disk);
            assertKept(found, progress, when);
            disk.crash();
            assertThat(open(disk)).as("recovered again, " + when).isEqualTo(found);
            assertGoesOn(disk, found, when);
        }
    }

    /** The process dies, the page cache lives on; then the power goes too. */
    @Test
    void whatARestartFoundOutlivesAPowerLossAfterIt() throws IOException {
        boolean finished = false;
        for (int changes = 0; !finished; changes++) {
            MemoryDisk disk = new MemoryDisk();
            Progress progress = run(stopping(disk, changes, Tear.EVERYTHING::leaves));
            finished = progress.finished();
            String when = "process died after " + changes + " changes";

            TableContent found = open(disk);
            assertKept(found, progress, when);
            disk.crash();
            assertThat(open(disk)).as("power lost after the restart, " + when).isEqualTo(found);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"NOTHING", "FIRST_SECTOR", "EVERY_OTHER_SECTOR"})
    void aPowerLossAtAnyChangeOfTheRecoveryChangesNothing(Tear tear) throws IOException {
        boolean finished = false;
        // Not every place to stop the work, as each of them is combined with every place to stop the recovery.
        for (int changes = 0; !finished; changes += 5) {
            MemoryDisk reference = new MemoryDisk();
            Progress progress = run(stopping(reference, changes, Tear.EVERY_OTHER_SECTOR::leaves));
            finished = progress.finished();
            boolean recovered = false;
            for (int recoveryChanges = 0; !recovered; recoveryChanges++) {
                MemoryDisk disk = new MemoryDisk();
                run(stopping(disk, changes, Tear.EVERY_OTHER_SECTOR::leaves));
                disk.crash();
                recovered = recover(stopping(disk, recoveryChanges, tear::leaves));
                disk.crash();
                assertKept(
                        open(disk),
                        progress,
                        "power lost after " + changes + " changes and after " + recoveryChanges + " of the recovery");
            }
        }
    }

    private static boolean recover(Disk disk) {
        try {
            new LogFixture(disk).open();
            return true;
        } catch (IOException stopped) {
            return false;
        }
    }

    /** Whatever the power loss left, a start misses the last segment in which anything is; of the first of all only its whole want is told. */
    @Test
    void theWantOfTheLastSegmentInUseIsToldAfterAPowerLossAtAnyChange() throws IOException {
        boolean finished = false;
        int told = 0;
        for (int changes = 0; !finished; changes++) {
            MemoryDisk disk = new MemoryDisk();
            finished = run(stopping(disk, changes, Tear.EVERYTHING::leaves)).finished();
            disk.crash();
            LogFixture fixture = new LogFixture(disk);
            Deque<Long> segments = new ArrayDeque<>(fixture.segments());
            while (!segments.isEmpty() && !isInUse(fixture, segments.getLast())) {
                disk.delete(LogFixture.segment(segments.removeLast()));
            }
            if (segments.size() < 2) {
                continue;
            }
            Path last = LogFixture.segment(segments.getLast());
            disk.delete(last);

            assertThatThrownBy(fixture::open)
                    .as("power lost after " + changes + " changes")
                    .isInstanceOf(ChunkServerException.Corrupt.class)
                    .hasMessageContaining(last + " is missing");
            told++;
        }
        assertThat(told).isPositive();
    }

    private static boolean isInUse(LogFixture fixture, long segment) throws IOException {
        ByteBuffer image = ByteBuffer.wrap(fixture.read(LogFixture.segment(segment)));
        return LogSegmentFormat.batchHeader(image, LogSegmentFormat.SECTOR_BYTES, segment)
                .filter(header -> LogSegmentFormat.bodyChecks(image, LogSegmentFormat.SECTOR_BYTES, header))
                .isPresent();
    }

    private static void assertGoesOn(MemoryDisk disk, TableContent found, String when) throws IOException {
        try (SegmentedTransactionLog log = new LogFixture(disk).open()) {
            LogFixture.force(log, prepared(5000));
        }
        List<LogRecord.Prepared> expected = new ArrayList<>(found.inDoubt());
        expected.add(prepared(5000));
        assertThat(open(disk).inDoubt()).as("goes on, " + when).isEqualTo(expected);
    }

    @Test
    void theWorkRotatesAndCompacts() throws IOException {
        MemoryDisk disk = new MemoryDisk();

        assertThat(run(disk).finished()).isTrue();

        assertThat(new LogFixture(disk).segments().get(0)).isGreaterThan(2);
    }

    /** A gap is taken for damage, so of several segments that are removed the older must be gone whenever a later one is. */
    @Test
    void aPowerLossWhileSegmentsAreRemovedLeavesNoGap() throws IOException {
        MemoryDisk memory = new MemoryDisk();
        List<MemoryDisk> moments = new ArrayList<>();
        Set<Path> removed = new HashSet<>();
        Disk disk = new FaultyDisk(memory, operation -> {
            if (operation.kind() == DiskOperation.Kind.DELETE) {
                removed.add(operation.path());
            } else if (operation.kind() == DiskOperation.Kind.CREATE && !removed.isEmpty()) {
                moments.add(memory.copyAfterProcessDeath());
            }
            return DiskFault.NONE;
        });
        try (SegmentedTransactionLog log = new LogFixture(disk).open()) {
            for (int number = 0; number < 5 * MORE_THAN_A_SEGMENT; number++) {
                LogFixture.force(log, LogFixture.largePrepared(number));
            }
        }
        assertThat(removed).hasSizeGreaterThan(1);
        for (MemoryDisk moment : moments) {
            EveryCrash crash = new EveryCrash();
            do {
                assertThat(open(moment.copyAfterCrash(CrashMode.POSIX, crash)).inDoubt())
                        .as("crash %s", crash)
                        .contains(LogFixture.largePrepared(0));
            } while (crash.next());
        }
    }

    /** The process dies after it gave a segment its name and before it forced that; the next one must, before it writes there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatIsWrittenToASegmentThatADeadProcessNamedOutlivesAPowerLoss(int segment) throws IOException {
        MemoryDisk memory = new MemoryDisk();
        List<MemoryDisk> left = new ArrayList<>();
        Disk disk = new FaultyDisk(memory, operation -> {
            if (operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY
                    && left.isEmpty()
                    && memory.size(LogFixture.segment(segment)).isPresent()) {
                left.add(memory.copyAfterProcessDeath());
            }
            return DiskFault.NONE;
        });
        LogFixture.force(new LogFixture(disk).open(), prepared(100));

        MemoryDisk found = left.get(0);
        Queue<Runnable> tasks = new ArrayDeque<>();
        SegmentedTransactionLog log = new LogFixture(found).with(tasks::add).open();
        for (int number = 0; number < MORE_THAN_A_SEGMENT; number++) {
            LogRecord.Prepared promise = LogFixture.largePrepared(number);
            // As soon as it is told durable, before the log goes on to make another segment, which forces the folder.
            CompletableFuture<MemoryDisk> whenTold = log.force(promise)
                    .toCompletableFuture()
                    .thenApply(durable -> found.copyAfterCrash(CrashMode.POSIX, CrashChoices.NOTHING));
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
            assertThat(open(whenTold.join()).inDoubt()).contains(promise);
        }
    }

    /** The log left a segment for a batch that did not fit. When that is torn, and so is a smaller one that did fit, both are cut. */
    @Test
    void aBatchThatIsTornAfterAnotherInTheNextSegmentWasCutIsCutToo() throws IOException {
        MemoryDisk memory = new MemoryDisk();
        Tearing tearing = new Tearing();
        tearing.in = LogFixture.segment(2);
        SegmentedTransactionLog log = new LogFixture(new FaultyDisk(memory, tearing)).open();
        int durable = 0;
        while (isForced(log, LogFixture.prepared(durable, 50))) {
            durable++;
        }
        memory.crash();

        log = new LogFixture(new FaultyDisk(memory, tearing)).open();
        tearing.in = LogFixture.segment(1);
        assertThat(isForced(log, LogFixture.prepared(durable, 2))).isFalse();
        memory.crash();

        assertThat(open(memory).inDoubt()).hasSize(durable);
    }

    private static boolean isForced(SegmentedTransactionLog log, LogRecord record) {
        return !log.force(record).toCompletableFuture().isCompletedExceptionally();
    }

    /** Leaves the first sector of the next write to one file; what else is done is done. */
    private static final class Tearing implements DiskScript {

        private @Nullable Path in;

        @Override
        public DiskFault before(DiskOperation operation) {
            if (operation.kind() == DiskOperation.Kind.WRITE && operation.path().equals(in)) {
                in = null;
                return new DiskFault.Torn(sector -> sector == 0);
            }
            return DiskFault.NONE;
        }
    }
}
