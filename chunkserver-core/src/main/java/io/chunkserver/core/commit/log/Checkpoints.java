package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;
import static io.chunkserver.core.commit.log.LogSegmentFormat.batchBytes;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compacts the log: writes the whole table into it now and then and removes the segments before; and forgets outcomes.
 *
 * <p>The order is: force the publications that older records could redo, forget what is old, write a copy of the table,
 * end it, and only then remove. A crash in between leaves either the older segments or a whole checkpoint, and each is
 * enough. Nothing is forgotten before the publications were forced, because a publication is redone only for an outcome
 * that is remembered.
 *
 * <p>A checkpoint that meets a full disk is given up without an end; a replay passes over it. When the publications
 * cannot be forced there is no checkpoint any more: the log grows until it is opened again.
 *
 * <p>One thread at a time uses it. Any {@link IOException} out of it means that the disk failed.
 */
final class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final LogFolder folder;
    private final LogTail tail;
    private final FoldedTransactionTable table;
    private final LogSetting setting;

    private long oldestSegment;
    private long lastSegment;
    private long lastTook;
    private long changes;
    private boolean barrierFailed;

    /**
     * The state that a log is opened with.
     *
     * @param oldestSegment the first segment that is there
     * @param lastSegment   the segment in which the last checkpoint ended, or the first one
     * @param lastTook      how many segments the last checkpoint took
     * @param changes       records since the last checkpoint
     */
    record Start(long oldestSegment, long lastSegment, long lastTook, long changes) {}

    Checkpoints(LogFolder folder, LogTail tail, FoldedTransactionTable table, LogSetting setting, Start start) {
        this.folder = folder;
        this.tail = tail;
        this.table = table;
        this.setting = setting;
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
        long begun = tail.segment().number() - lastSegment;
        if (begun < Math.max(setting.config().checkpointSegments(), lastTook)) {
            return false;
        }
        write();
        return true;
    }

    /** Writes a checkpoint unless the last one says all. */
    void writeIfAnythingChanged() throws IOException {
        if (changes > 0) {
            write();
        }
    }

    /**
     * Forgets outcomes when there are too many of them to wait for the next checkpoint.
     *
     * @return whether any was forgotten
     */
    boolean forgetIfOverfull() throws IOException {
        if (!table.overfull(setting.config().outcomes())) {
            return false;
        }
        Optional<TransactionId> youngest = forgettable();
        if (youngest.isEmpty() || !forcePublished()) {
            return false;
        }
        byte[] entry = LogRecordFormat.encode(new LogEntry.Forgotten(youngest.get()));
        if (tail.makeRoom(batchBytes(entry.length), reserveBytes())) {
            tail.write(List.of(entry));
        }
        // Without room for the entry a replay remembers more, which does no harm.
        table.forget(youngest.get());
        changes++;
        return true;
    }

    private void write() throws IOException {
        lastSegment = tail.segment().number();
        if (!forcePublished()) {
            return;
        }
        forgettable().ifPresent(table::forget);
        List<LogEntry> entries = table.checkpoint();
        long first = writeEntries(entries);
        lastTook = tail.segment().number() - lastSegment + 1;
        lastSegment = tail.segment().number();
        if (first == 0) {
            LOG.warn("no room for a checkpoint, keeping all segments of the transaction log");
            return;
        }
        changes = 0;
        try {
            folder.remove(oldestSegment, first - 1);
        } catch (ChunkServerException.Overloaded untried) {
            LOG.warn("old segments of the transaction log stay until the next checkpoint: {}", untried.getMessage());
            return;
        }
        LOG.debug(
                "wrote a checkpoint of {} entries to the transaction log, removed segments {} to {}",
                entries.size(),
                oldestSegment,
                first - 1);
        oldestSegment = first;
    }

    private Optional<TransactionId> forgettable() {
        return table.forgettable(setting.config().outcomes(), setting.clock().millis());
    }

    private boolean forcePublished() {
        if (barrierFailed) {
            return false;
        }
        try {
            setting.barrier().forcePublished();
            return true;
        } catch (ChunkServerException.Overloaded untried) {
            LOG.warn("publications are not forced yet: {}", untried.getMessage());
            return false;
        } catch (IOException e) {
            // A force that failed is not tried again: a later one may succeed without having written anything.
            barrierFailed = true;
            LOG.error("publications could not be forced, the transaction log keeps all it has", e);
            return false;
        }
    }

    /** What must be left: room for the ends of the open transactions, and for deletes, which make room. */
    private long reserveBytes() {
        return (long) SECTOR_BYTES * table.openCount() + tail.deletesPartBytes();
    }

    /** Writes all entries and returns the segment in which they begin, or 0 when the disk is full. */
    private long writeEntries(List<LogEntry> entries) throws IOException {
        long first = 0;
        List<byte[]> batch = new ArrayList<>();
        int bytes = 0;
        for (LogEntry entry : entries) {
            byte[] encoded = LogRecordFormat.encode(entry);
            if (!batch.isEmpty() && !tail.fits(batchBytes(bytes + encoded.length), reserveBytes())) {
                tail.write(batch);
                batch.clear();
                bytes = 0;
            }
            if (!tail.makeRoom(batchBytes(bytes + encoded.length), reserveBytes())) {
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
