package io.chunkserver.core.commit.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues records and has one task at a time write all that wait: this is the group commit.
 *
 * <p>A caller waits for a short lock only. The first record after a pause starts the task on the executor; those that
 * come while it writes are its next batch; it ends when there are no more. The task itself waits for nothing but the
 * disk, so that any executor will do, one that runs it at once on the caller's thread included.
 *
 * <p>Whoever runs the task owns the writer: the state below is handed on under the lock, and so are the files.
 */
final class LogFlusher {

    private static final Logger LOG = LoggerFactory.getLogger(LogFlusher.class);

    private enum Task {
        NONE,
        SUBMITTED,
        RUNNING
    }

    private final LogWriter writer;
    private final Executor executor;
    private final long maxQueuedBytes;
    private final int maxQueuedRecords;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    @GuardedBy("lock")
    private final ArrayDeque<QueuedRecord> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private long queuedBytes;

    @GuardedBy("lock")
    private Task task = Task.NONE;

    @GuardedBy("lock")
    private @Nullable Thread runner;

    @GuardedBy("lock")
    private boolean closed;

    @GuardedBy("lock")
    private @Nullable Failed failed;

    private final CompletableFuture<Failure> whenFailed = new CompletableFuture<>();

    private record Failed(Failure failure, Throwable cause) {}

    LogFlusher(LogWriter writer, Executor executor, TransactionLogConfig config) {
        this.writer = writer;
        this.executor = executor;
        this.maxQueuedBytes = config.maxQueuedBytes();
        this.maxQueuedRecords = config.maxQueuedRecords();
    }

    /** See {@link TransactionLog#failed}. */
    CompletionStage<Failure> whenFailed() {
        return whenFailed.minimalCompletionStage();
    }

    /**
     * Queues a record.
     *
     * @return the stage that tells when it is durable
     */
    CompletionStage<Void> submit(QueuedRecord record) {
        boolean start;
        lock.lock();
        try {
            Failure refusal = refusal(record);
            if (refusal != null) {
                return CompletableFuture.failedStage(refusal.toException());
            }
            if (failed != null) {
                return CompletableFuture.failedStage(failed.failure().toException(failed.cause()));
            }
            queue.add(record);
            queuedBytes += record.bytes().length;
            start = task == Task.NONE;
            if (start) {
                task = Task.SUBMITTED;
            }
        } finally {
            lock.unlock();
        }
        if (start) {
            start();
        }
        return record.durable().minimalCompletionStage();
    }

    @GuardedBy("lock")
    private @Nullable Failure refusal(QueuedRecord record) {
        if (closed) {
            return Failure.of(ErrorCode.DRAINING, "the transaction log is closed");
        }
        // What ends a transaction is always taken: there are no more of these than transactions that were begun.
        boolean full = queue.size() >= maxQueuedRecords || queuedBytes + record.bytes().length > maxQueuedBytes;
        if (full && record.opens()) {
            return Failure.of(
                            ErrorCode.OVERLOADED,
                            queue.size() + " records of " + queuedBytes + " bytes wait for the transaction log")
                    .withHint("try again when the disk has caught up");
        }
        return null;
    }

    private void start() {
        try {
            executor.execute(this::runSubmitted);
        } catch (RejectedExecutionException e) {
            fail(
                    new Failed(
                            Failure.of(
                                    ErrorCode.DRAINING,
                                    "the executor of the transaction log was shut down before the log"),
                            e),
                    List.of());
        }
    }

    private void runSubmitted() {
        lock.lock();
        try {
            if (task != Task.SUBMITTED) {
                // Closing has overtaken this task and done its work.
                return;
            }
            task = Task.RUNNING;
            runner = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        run(true);
    }

    /** Writes until nothing waits; the task is over then. */
    private void run(boolean maintain) {
        List<QueuedRecord> taken = List.of();
        try {
            do {
                taken = take();
                if (!taken.isEmpty()) {
                    writer.write(taken);
                }
            } while ((maintain && writer.maintain()) || !finishTask());
        } catch (IOException | RuntimeException | Error e) {
            fail(failedBy(e), taken);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    private List<QueuedRecord> take() {
        List<QueuedRecord> taken = new ArrayList<>();
        int bytes = 0;
        lock.lock();
        try {
            while (!queue.isEmpty() && bytes < LogSegmentFormat.MAX_BATCH_BYTES) {
                QueuedRecord next = queue.remove();
                queuedBytes -= next.bytes().length;
                bytes += next.bytes().length;
                taken.add(next);
            }
            return taken;
        } finally {
            lock.unlock();
        }
    }

    private boolean finishTask() {
        lock.lock();
        try {
            if (!queue.isEmpty()) {
                return false;
            }
            task = Task.NONE;
            runner = null;
            idle.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private Failed failedBy(Throwable cause) {
        SegmentFile segment = writer.segment();
        String message = "the transaction log failed at segment " + segment + ": " + cause.getMessage();
        if (cause instanceof IOException) {
            LOG.error("the transaction log failed at {}, it takes no more records: {}", segment, cause.toString());
            return new Failed(
                    Failure.of(ErrorCode.DISK_FAILED, message)
                            .withHint("check the disk, then restart the server: it reads the log again"),
                    cause);
        }
        LOG.error("defect: the transaction log failed at {}, it takes no more records", segment, cause);
        return new Failed(Failure.of(ErrorCode.INTERNAL, message), cause);
    }

    /** Ends the task for good: tells all who wait, and all who come later. */
    private void fail(Failed failure, List<QueuedRecord> taken) {
        List<QueuedRecord> waiting = new ArrayList<>(taken);
        lock.lock();
        try {
            failed = failure;
            waiting.addAll(queue);
            queue.clear();
            queuedBytes = 0;
            task = Task.NONE;
            runner = null;
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        whenFailed.complete(failure.failure());
        // Those of them that were written before the failure have been told so already, which stands.
        waiting.forEach(record ->
                record.durable().completeExceptionally(failure.failure().toException(failure.cause())));
    }

    /**
     * Takes no more records, writes those that wait and a last checkpoint, on this thread, and closes the files;
     * idempotent. A log that has failed before only has its files closed.
     *
     * @throws IOException when the disk failed meanwhile; all who waited have been told
     */
    void close() throws IOException {
        if (!takeOver()) {
            return;
        }
        try (LogWriter closing = writer) {
            if (failure() == null) {
                run(false);
                checkpoint(closing);
                Failed meanwhile = failure();
                if (meanwhile != null) {
                    throw meanwhile.failure().toException(meanwhile.cause());
                }
            }
        }
    }

    /** Waits for the running task, and takes the place of one that was submitted; false when that was done before. */
    private boolean takeOver() {
        lock.lock();
        try {
            if (task == Task.RUNNING && runner == Thread.currentThread()) {
                throw new IllegalStateException("the transaction log cannot be closed by one of its own stages");
            }
            if (closed) {
                return false;
            }
            closed = true;
            while (task == Task.RUNNING) {
                idle.awaitUninterruptibly();
            }
            task = Task.RUNNING;
            runner = Thread.currentThread();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void checkpoint(LogWriter closing) {
        if (failure() == null) {
            try {
                closing.checkpointBeforeClose();
            } catch (IOException | RuntimeException e) {
                fail(failedBy(e), List.of());
            }
        }
    }

    private @Nullable Failed failure() {
        lock.lock();
        try {
            return failed;
        } finally {
            lock.unlock();
        }
    }
}
