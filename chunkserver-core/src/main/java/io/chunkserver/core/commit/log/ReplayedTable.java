package io.chunkserver.core.commit.log;

import org.jspecify.annotations.Nullable;

/**
 * The table that the entries of a log add up to, checkpoints included.
 *
 * <p>A checkpoint is gathered beside the table and takes its place when its end is read. One without an end was cut off
 * by a crash or given up by the log: the table, which the entries before it add up to, goes on.
 */
final class ReplayedTable {

    private FoldedTransactionTable table = new FoldedTransactionTable();
    private @Nullable FoldedTransactionTable gathered;
    private int gatheredEntries;
    private long gatheredFrom;
    private long restoredFrom;
    private long restoredUpTo;
    private long eventsSince;

    FoldedTransactionTable table() {
        return table;
    }

    /** Whether a whole checkpoint was read. */
    boolean restored() {
        return restoredFrom > 0;
    }

    /** The segment in which the last whole checkpoint begins, 0 without one: those before it are needed no more. */
    long restoredFrom() {
        return restoredFrom;
    }

    /** Records of callers since the last whole checkpoint. */
    long eventsSince() {
        return eventsSince;
    }

    /** Where the log's checkpoints stand, given the first segment that is kept. */
    Checkpoints.Start start(long oldestSegment) {
        return restored()
                ? new Checkpoints.Start(oldestSegment, restoredUpTo, restoredUpTo - restoredFrom + 1, eventsSince)
                : new Checkpoints.Start(oldestSegment, oldestSegment, 0, eventsSince);
    }

    /** Adds the next entry of the log, read in this segment. */
    void apply(LogEntry entry, long segment) throws MalformedLogException {
        if (entry instanceof LogEntry.Event event) {
            gathered = null;
            table.apply(event.record());
            eventsSince++;
        } else if (entry instanceof LogEntry.Forgotten forgotten) {
            gathered = null;
            table.forget(forgotten.through());
        } else if (entry instanceof LogEntry.CheckpointBegin) {
            gathered = new FoldedTransactionTable();
            gatheredEntries = 0;
            gatheredFrom = segment;
        } else if (gathered != null && entry instanceof LogEntry.CheckpointEnd end) {
            end(end, gathered, segment);
        } else if (gathered != null) {
            gather(entry, gathered);
        }
        // Else the begin was in a segment that is removed already, as a later checkpoint stands for it.
    }

    private void gather(LogEntry entry, FoldedTransactionTable target) {
        gatheredEntries++;
        if (entry instanceof LogEntry.CheckpointPrepared kept) {
            target.restore(kept.prepared());
        } else if (entry instanceof LogEntry.CheckpointDecided kept) {
            target.restore(kept.decided());
        } else if (entry instanceof LogEntry.CheckpointOutcome kept) {
            target.restore(kept.outcome());
        } else if (entry instanceof LogEntry.CheckpointSettledPromise kept) {
            target.restore(kept.settled());
        } else if (entry instanceof LogEntry.CheckpointRemoved kept) {
            target.restore(kept.chunk(), kept.version());
        }
    }

    private void end(LogEntry.CheckpointEnd end, FoldedTransactionTable complete, long segment)
            throws MalformedLogException {
        if (end.entries() != gatheredEntries) {
            throw new MalformedLogException("a checkpoint of " + end.entries() + " entries has " + gatheredEntries);
        }
        complete.endRestore(end.expiredThroughMillis());
        table = complete;
        gathered = null;
        restoredFrom = gatheredFrom;
        restoredUpTo = segment;
        eventsSince = 0;
    }
}
