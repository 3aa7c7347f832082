package io.chunkserver.core.commit.log;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A transaction log in a folder of segment files of fixed size.
 *
 * <p><b>Durability.</b> Records that wait at the same time become one batch: one write, one force, see
 * {@link LogSegmentFormat}. An appended record starts a batch as a forced one does, or rides with the next; as each batch
 * is forced before the next is written, an appended record is as durable as a forced one, only nobody waits for it.
 *
 * <p><b>Damage.</b> What a crash leaves of the last batch is cut when the log is opened. Any other damage makes opening
 * fail, {@code CORRUPT}, without a change to any file: a log with a hole would answer "never heard of it" about
 * transactions that it promised. The one thing that cannot be told from a torn batch is damage to the very last one.
 *
 * <p><b>Space.</b> The log takes at most the segments of two checkpoint intervals, twice the size of a checkpoint, and
 * one segment that is made ahead. When the disk has no room for the next segment, records that open a transaction are
 * refused with {@code INSUFFICIENT_SPACE} before they are written, stores earlier than deletes; the records that end a
 * transaction always have room. The log asks the disk again with every batch.
 *
 * <p><b>Errors.</b> After a failed write or force nothing more is written; the table can still be read.
 * A record that cannot be encoded (a chain of more than {@value LogRecordFormat#MAX_CHAIN_MEMBERS} members) is an
 * {@link IllegalArgumentException}. After closing, records are refused with {@code DRAINING}.
 *
 * <p><b>Threads.</b> All files are written by one task at a time on the executor, which takes a thread only while
 * there is something to write, and runs the stages that depend on its records. {@link #close} writes on the thread that
 * calls it and must not be called by such a stage. The executor must outlive the log.
 */
public final class SegmentedTransactionLog implements TransactionLog {

    /*
     * Who does what: LogFlusher queues and runs the task; the task has LogWriter form batches, which LogTail puts into
     * the current SegmentFile; SegmentSupply makes the next one and Checkpoints removes old ones, both between batches,
     * so that no two threads ever touch the files. LogRecovery sets all this up from what LogReplay finds.
     */

    private final LogFlusher flusher;
    private final TransactionTable table;

    private SegmentedTransactionLog(LogFlusher flusher, TransactionTable table) {
        this.flusher = flusher;
        this.table = table;
    }

    /**
     * Whether there is a log in this folder. A new log must be given an id that was never used before: whoever lost its
     * log must not answer for what the lost one knew.
     */
    public static boolean exists(Disk disk, Path folder) throws IOException {
        return !new LogFolder(disk, folder, new UUID(0, 0)).segments().isEmpty();
    }

    /**
     * Opens the log of this id, or makes an empty one when there is none. Nobody else may use the folder meanwhile.
     *
     * @param folder   a name on the disk; made when needed, files with other names in it are left alone
     * @param logId    the log's name; answers {@code WRONG_SERVER} when the folder holds the log of another id
     * @param executor runs the task that writes
     * @param clock    tells the age of outcomes
     * @param barrier  called before outcomes or records are given up
     * @throws io.chunkserver.core.error.ChunkServerException {@code CORRUPT} when the log is not intact,
     *     {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD} when another version wrote it
     */
    public static SegmentedTransactionLog open(
            Disk disk,
            Path folder,
            UUID logId,
            TransactionLogConfig config,
            Executor executor,
            InstantSource clock,
            PublicationBarrier barrier)
            throws IOException {
        LogFolder files = new LogFolder(disk, folder, logId);
        LogWriter writer = new LogRecovery(files, new LogSetting(config, clock, barrier)).open();
        return new SegmentedTransactionLog(new LogFlusher(writer, executor, config), writer.table());
    }

    @Override
    public CompletionStage<Void> force(LogRecord record) {
        return flusher.submit(new QueuedRecord(record));
    }

    @Override
    public void append(LogRecord record) {
        // Nobody waits: if this fails, the log has failed and says so.
        var unused = flusher.submit(new QueuedRecord(record));
    }

    @Override
    public CompletionStage<Failure> failed() {
        return flusher.whenFailed();
    }

    @Override
    public TransactionTable table() {
        return table;
    }

    @Override
    public void close() throws IOException {
        flusher.close();
    }
}
