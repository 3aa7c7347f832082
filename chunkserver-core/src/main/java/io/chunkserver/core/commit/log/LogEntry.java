package io.chunkserver.core.commit.log;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;

/**
 * What a batch holds: the records that callers append, and those with which the log compacts itself.
 *
 * <p>A checkpoint is a begin, everything the table holds, and an end. Its entries are types of their own, so that an
 * ordinary record after an unfinished checkpoint is not taken for a part of it.
 */
sealed interface LogEntry {

    /** A record of a caller. */
    record Event(LogRecord record) implements LogEntry {}

    /** The outcomes of this transaction and all older ones were forgotten, but for those that are not delivered. */
    record Forgotten(TransactionId through) implements LogEntry {}

    /**
     * The log goes on in the next segment, which is there: from here on its want is damage. Without this the loss of the last segment could
     * not be told from a log that ends before it.
     */
    record Continued() implements LogEntry {}

    /** From here to the end, the table as it was at this place of the log. */
    record CheckpointBegin() implements LogEntry {}

    /** An attempt in doubt. */
    record CheckpointPrepared(LogRecord.Prepared prepared) implements LogEntry {}

    /** A decision that is not delivered. */
    record CheckpointDecided(LogRecord.Decided decided) implements LogEntry {}

    /** A remembered outcome. */
    record CheckpointOutcome(Outcome outcome) implements LogEntry {}

    /** A copy that was given up, as far as a remembered outcome says that it ought to be here. */
    record CheckpointRemoved(ChunkId chunk, ChunkVersion version) implements LogEntry {}

    /** A promise that an operator settled. */
    record CheckpointSettledPromise(SettledPromise settled) implements LogEntry {}

    /**
     * The checkpoint is complete and stands for all that came before it.
     *
     * @param expiredThroughMillis start time of the youngest forgotten transaction, or
     *                             {@link FoldedTransactionTable#NOTHING_EXPIRED}
     * @param entries              entries between begin and end
     */
    record CheckpointEnd(long expiredThroughMillis, int entries) implements LogEntry {}
}
