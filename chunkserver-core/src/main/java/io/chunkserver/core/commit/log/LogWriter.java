package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;
import static io.chunkserver.core.commit.log.LogSegmentFormat.batchBytes;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes records in batches, adds them to the table and tells those who wait.
 *
 * <p><b>Full disk.</b> Each attempt in doubt and each undelivered decision still needs one record to end it, which takes
 * one sector at most when it is written alone. So a record that does not end a transaction is taken only when that much room
 * stays behind for all that are open, in the segment and in the next one if that is made already: ending a transaction
 * never meets a full disk. While no next segment can be made, stores are refused when a quarter of a segment is left,
 * and deletes, which make room, only when nothing but that reserve is left. A refused record was not written.
 *
 * <p>One thread at a time uses it. Any {@link IOException} out of it means that the disk failed, and that nobody knows
 * whether the records that were not told of are on it.
 */
final class LogWriter implements Closeable {

    private final LogTail tail;
    private final FoldedTransactionTable table;
    private final Checkpoints checkpoints;

    private final List<QueuedRecord> batch = new ArrayList<>();
    private int batchEntriesBytes;
    private int batchOpens;

    LogWriter(LogTail tail, FoldedTransactionTable table, Checkpoints checkpoints) {
        this.tail = tail;
        this.table = table;
        this.checkpoints = checkpoints;
    }

    FoldedTransactionTable table() {
        return table;
    }

    /** The segment that is written at present. */
    SegmentFile segment() {
        return tail.segment();
    }

    /** Writes these records in their order; each stage is completed, or an exception thrown. */
    void write(List<QueuedRecord> records) throws IOException {
        tail.retry();
        for (QueuedRecord record : records) {
            if (!tail.fits(bytesWith(record), reserveBytes(record))) {
                flush();
            }
            if (tail.makeRoom(bytesWith(record), reserveBytes(record))) {
                batch.add(record);
                batchEntriesBytes += record.bytes().length;
                batchOpens += record.opens() ? 1 : 0;
            } else {
                refuse(record);
            }
        }
        flush();
    }

    /** Does a bounded piece of what keeps the log going; false when there is nothing to do. */
    boolean maintain() throws IOException {
        if (tail.prepareNext()) {
            return true;
        }
        // A checkpoint may need the next segment, so it waits until that is ready.
        return (tail.nextReady() && checkpoints.writeIfDue()) || checkpoints.forgetIfOverfull();
    }

    /** Writes a last checkpoint, so that the next start replays nothing but that. */
    void checkpointBeforeClose() throws IOException {
        checkpoints.writeIfAnythingChanged();
    }

    private int bytesWith(QueuedRecord next) {
        return batchBytes(batchEntriesBytes + next.bytes().length);
    }

    private long reserveBytes(QueuedRecord next) {
        if (next.ends()) {
            return 0;
        }
        long ends = (long) SECTOR_BYTES * (table.openCount() + batchOpens + (next.opens() ? 1 : 0));
        return next.opens() && !next.deletes() ? ends + tail.deletesPartBytes() : ends;
    }

    private void flush() throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        tail.write(batch.stream().map(QueuedRecord::bytes).toList());
        batch.forEach(written -> table.apply(written.record()));
        checkpoints.noteChanges(batch.size());
        List<QueuedRecord> written = List.copyOf(batch);
        batch.clear();
        batchEntriesBytes = 0;
        batchOpens = 0;
        written.forEach(record -> record.durable().complete(null));
    }

    private void refuse(QueuedRecord record) throws IOException {
        ChunkServerException withoutHandle = tail.withoutHandle();
        if (withoutHandle != null) {
            record.durable().completeExceptionally(withoutHandle);
            return;
        }
        long free = tail.freeBytes();
        Failure full = Failure.insufficientSpace(segment().sizeBytes(), free);
        record.durable()
                .completeExceptionally(new Failure(
                                ErrorCode.INSUFFICIENT_SPACE,
                                "the transaction log has no room in " + segment() + " and the disk none for another "
                                        + "segment: " + full.message(),
                                "delete chunks or make room on the file system",
                                null,
                                record.record().transaction(),
                                free)
                        .toException());
    }

    @Override
    public void close() throws IOException {
        tail.close();
    }
}
