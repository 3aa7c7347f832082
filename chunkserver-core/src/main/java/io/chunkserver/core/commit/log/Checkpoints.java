package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;
import static io.chunkserver.core.commit.log.LogSegmentFormat.batchBytes;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the log: writes the whole table into it now and then, and removes the segments before.
 *
 * <p>The order is: copy the table, force the publications that older records could redo, write the copy, end it, and
 * only then remove. A crash in between leaves either the older segments or a whole checkpoint, and each is enough.
 *
 * <p>A checkpoint that meets a full disk or a failed barrier is given up without an end; a replay passes over it.
 *
 * <p>One thread at a time uses it. Any {@link IOException} out of it means that the disk failed.
 */
final class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final LogFolder folder;
    private final LogTail tail;
    private final FoldedTransactionTable table;
    private final PublicationBarrier barrier;
    private final int everySegments;

    private long oldestSegment;
    private long lastSegment;
    private long lastTook;
    private long changes;

    /**
     * The state that a log is opened with.
     *
     * @param oldestSegment the first segment that is there
     * @param lastSegment   the segment in which the last checkpoint ended, or the first one
     * @param lastTook      how many segments the last checkpoint took
     * @param changes       records since the last checkpoint
     */
    record Start(long oldestSegment, long lastSegment, long lastTook, long changes) {}

    Checkpoints(
            LogFolder folder,
            LogTail tail,
            FoldedTransactionTable table,
            PublicationBarrier barrier,
            int everySegments,
            Start start) {
        this.folder = folder;
        this.tail = tail;
        this.table = table;
        this.barrier = barrier;
        this.everySegments = everySegments;
        this.oldestSegment = start.oldestSegment();
        this.lastSegment = start.lastSegment();
        this.lastTook = start.lastTook();
        this.changes = start.changes();
    }

    /** Tells that records were added to the table. */
    void noteChanges(int records) {
        changes += records;
    }

    /**
     * Writes a checkpoint when enough segments were begun since the last one; never more often than a checkpoint takes
     * segments itself, so that a large table at most doubles what is written.
     *
     * @return whether one was due
     */
    boolean writeIfDue() throws IOException {
        boolean due = tail.segment().number() - lastSegment >= Math.max(everySegments, lastTook);
        if (due) {
            write();
        }
        return due;
    }

    /** Writes a checkpoint unless the last one says all. */
    void writeIfAnythingChanged() throws IOException {
        if (changes > 0) {
            write();
        }
    }

    private void write() throws IOException {
        List<LogEntry> entries = table.checkpoint();
        lastSegment = tail.segment().number();
        try {
            barrier.forcePublished();
        } catch (IOException e) {
            LOG.warn("publications could not be forced, keeping all segments of log {}", folder.path(), e);
            return;
        }
        long first = writeEntries(entries);
        lastTook = tail.segment().number() - lastSegment + 1;
        lastSegment = tail.segment().number();
        if (first == 0) {
            LOG.warn("no room for a checkpoint, keeping all segments of log {}", folder.path());
            return;
        }
        changes = 0;
        folder.remove(oldestSegment, first - 1);
        LOG.debug(
                "checkpoint of {} entries in log {}, removed segments {} to {}",
                entries.size(),
                folder.path(),
                oldestSegment,
                first - 1);
        oldestSegment = first;
    }

    /** Writes all entries and returns the segment in which they begin, or 0 when the disk is full. */
    private long writeEntries(List<LogEntry> entries) throws IOException {
        long first = 0;
        long reserveBytes = (long) SECTOR_BYTES * table.openCount();
        List<byte[]> batch = new ArrayList<>();
        int bytes = 0;
        for (LogEntry entry : entries) {
            byte[] encoded = LogRecordFormat.encode(entry);
            if (!batch.isEmpty() && !tail.fits(batchBytes(bytes + encoded.length))) {
                tail.write(batch);
                batch.clear();
                bytes = 0;
            }
            if (!tail.makeRoom(batchBytes(bytes + encoded.length), reserveBytes)) {
                return 0;
            }
            first = first == 0 ? tail.segment().number() : first;
            batch.add(encoded);
            bytes += encoded.length;
        }
        tail.write(batch);
        return first;
    }
}
