package io.chunkserver.core.commit.log;

import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.CompletionStage;

/**
 * An append-only log of {@link LogRecord}s that outlives crashes.
 *
 * <p><b>Durability.</b> When the stage returned by {@link #force} completes, the record and all records appended
 * before it are on the disk. Records of callers that wait at the same time share one force (group commit).
 *
 * <p><b>Order.</b> Records are on disk, and replayed, in the order of the calls; if a record survives a crash, so do
 * all before it.
 *
 * <p><b>Errors.</b> After a failed write or force the log has failed for good: the stage of every record that was not
 * durable by then, and of every later one, completes with {@code DISK_FAILED}. Whether such a record is found by the
 * next start is unknown. A failed force is never tried again.
 *
 * <p><b>Space.</b> Segments are preallocated, so that appending does not meet a full disk; the log compacts itself.
 *
 * <p><b>Threads.</b> Safe for many threads; no method waits for the disk but {@link #close}. Stages complete on the
 * log's own thread, so what depends on them must not wait.
 */
public interface TransactionLog extends Closeable {

    /** Appends a record; the stage completes when it is durable. */
    CompletionStage<Void> force(LogRecord record);

    /**
     * Appends a record that becomes durable with the next forced one, with the next idle moment of the log, or on
     * close; if it is lost in a crash, nothing is wrong.
     */
    void append(LogRecord record);

    /**
     * Completes when the log fails, also when nobody waits for a record: with the reason, on the thread that met it. Never
     * completes exceptionally, and not at all when the log is closed before it fails.
     */
    CompletionStage<Failure> failed();

    /** What the durable records add up to. */
    TransactionTable table();

    /** Makes all that was appended durable and closes the files; idempotent. */
    @Override
    void close() throws IOException;
}
