package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogFixture.failureOf;
import static io.chunkserver.core.testkit.LogRecords.aborted;
import static io.chunkserver.core.testkit.LogRecords.prepared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.StopAfter;
import io.chunkserver.core.testkit.TransactionLogContract;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SegmentedTransactionLogTest {

    private final MemoryDisk disk = new MemoryDisk();
    private final LogFixture fixture = new LogFixture(disk);

    @Nested
    class OnTheCallersThread extends TransactionLogContract {

        @Override
        protected TransactionLog openLog() throws IOException {
            return fixture.open();
        }

        @Override
        protected void crash() {
            disk.crash();
        }

        @AfterEach
        void noFileStaysOpen() throws IOException {
            log().close();
            assertThat(disk.openFiles()).isZero();
        }
    }

    @Nested
    class OnThreadsOfItsOwn extends TransactionLogContract {

        private final ExecutorService threads = Executors.newCachedThreadPool();

        @Override
        protected TransactionLog openLog() throws IOException {
            return fixture.with(threads).open();
        }

        @Override
        protected void crash() {
            disk.crash();
        }

        @AfterEach
        void endThreads() throws IOException {
            log().close();
            threads.shutdown();
        }
    }

    @Nested
    class OnALocalDisk extends TransactionLogContract {

        private final ExecutorService thread = Executors.newSingleThreadExecutor();

        @TempDir
        private Path directory;

        @Override
        protected TransactionLog openLog() throws IOException {
            return new LogFixture(new LocalDisk(directory)).with(thread).open();
        }

        @Override
        protected void crash() {
            // The process dies: what it had written stays in the page cache.
        }

        @AfterEach
        void endThread() throws IOException {
            log().close();
            thread.shutdown();
        }
    }

    /** Tasks run when the test says so. */
    @Nested
    class Queueing {

        private final Queue<Runnable> tasks = new ArrayDeque<>();

        private void runTasks() {
            while (!tasks.isEmpty()) {
                tasks.remove().run();
            }
        }

        @Test
        void recordsThatWaitAtTheSameTimeShareOneForce() throws IOException {
            StopAfter counting = StopAfter.never();
            TransactionLog log = new LogFixture(new FaultyDisk(disk, counting))
                    .with(tasks::add)
                    .open();
            forceNow(log, prepared(0));
            int before = counting.forces();

            List<CompletionStage<Void>> stages = new ArrayList<>();
            for (int number = 1; number <= 100; number++) {
                stages.add(log.force(prepared(number)));
            }
            runTasks();

            assertThat(stages)
                    .allSatisfy(stage -> assertThat(stage.toCompletableFuture()).isCompleted());
            assertThat(counting.forces() - before).isEqualTo(1);
        }

        private void forceNow(TransactionLog log, LogRecord record) {
            CompletionStage<Void> stage = log.force(record);
            runTasks();
            assertThat(stage.toCompletableFuture()).isCompleted();
        }

        @Test
        void aRecordIsNotInTheTableBeforeItIsDurable() throws IOException {
            TransactionLog log = fixture.with(tasks::add).open();

            CompletionStage<Void> stage = log.force(prepared(1));

            assertThat(stage.toCompletableFuture()).isNotDone();
            assertThat(log.table().inDoubt()).isEmpty();
            runTasks();
            assertThat(log.table().inDoubt()).hasSize(1);
        }

        @Test
        void aFullQueueRefusesPromisesButNotWhatEndsThem() throws IOException {
            TransactionLogConfig narrow = new TransactionLogConfig(
                    TransactionLogConfig.MIN_SEGMENT_BYTES, 2, 1024 * 1024, 3, OutcomeRetention.DEFAULT);
            TransactionLog log = fixture.with(narrow).with(tasks::add).open();
            CompletionStage<Void> first = log.force(prepared(1));
            log.append(prepared(2));
            log.append(prepared(3));

            assertThat(failureOf(log.force(prepared(4)))).isEqualTo(ErrorCode.OVERLOADED);
            CompletionStage<Void> end = log.force(aborted(prepared(1)));
            runTasks();

            assertThat(first.toCompletableFuture()).isCompletedWithValue(null);
            assertThat(end.toCompletableFuture()).isCompletedWithValue(null);
            assertThat(log.table().inDoubt()).containsExactly(prepared(2), prepared(3));
        }

        @Test
        void aQueueFullOfBytesRefusesPromises() throws IOException {
            TransactionLogConfig narrow = new TransactionLogConfig(
                    TransactionLogConfig.MIN_SEGMENT_BYTES,
                    2,
                    LogRecordFormat.MAX_RECORD_BYTES,
                    1000,
                    OutcomeRetention.DEFAULT);
            TransactionLog log = fixture.with(narrow).with(tasks::add).open();
            List<CompletionStage<Void>> stages = new ArrayList<>();
            for (int number = 0; number < 10; number++) {
                stages.add(log.force(LogFixture.largePrepared(number)));
            }

            assertThat(stages).anySatisfy(stage -> assertThat(failureOf(stage)).isEqualTo(ErrorCode.OVERLOADED));
            runTasks();
            assertThat(log.force(prepared(100)).toCompletableFuture()).isNotCompletedExceptionally();
        }

        @Test
        void closingWritesWhatWaitsAndTheTaskThatComesLateDoesNothing() throws IOException {
            TransactionLog log = fixture.with(tasks::add).open();
            CompletionStage<Void> waiting = log.force(prepared(1));

            log.close();

            assertThat(waiting.toCompletableFuture()).isCompletedWithValue(null);
            runTasks();
            assertThat(disk.openFiles()).isZero();
            assertThat(fixture.open().table().inDoubt()).containsExactly(prepared(1));
        }

        @Test
        void closingFromAStageIsADefectThatLeavesTheLogOpen() throws IOException {
            TransactionLog log = fixture.with(tasks::add).open();
            List<Throwable> thrown = new ArrayList<>();
            CompletionStage<Void> stage = log.force(prepared(1)).thenRun(() -> thrown.add(catchThrowable(log::close)));
            runTasks();

            assertThat(stage.toCompletableFuture()).isCompleted();
            assertThat(thrown).singleElement().isInstanceOf(IllegalStateException.class);
            forceNow(log, prepared(2));
        }

        @Test
        void anExecutorThatTakesNoMoreWorkFailsTheLog() throws IOException {
            TransactionLog log = fixture.with((Runnable task) -> {
                        throw new RejectedExecutionException("shut down");
                    })
                    .open();

            assertThat(failureOf(log.force(prepared(1)))).isEqualTo(ErrorCode.INTERNAL);
            assertThat(failureOf(log.force(prepared(2)))).isEqualTo(ErrorCode.INTERNAL);
            log.close();
            assertThat(disk.openFiles()).isZero();
        }
    }
}
