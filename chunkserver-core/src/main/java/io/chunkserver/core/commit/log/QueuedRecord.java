package io.chunkserver.core.commit.log;

import java.util.concurrent.CompletableFuture;

/** A record that waits to be written. */
final class QueuedRecord {

    private final LogRecord record;
    private final byte[] bytes;
    private final CompletableFuture<Void> durable = new CompletableFuture<>();

    /** Encodes on the caller's thread, so that the one that writes only copies. */
    QueuedRecord(LogRecord record) {
        this.record = record;
        this.bytes = LogRecordFormat.encode(new LogEntry.Event(record));
    }

    LogRecord record() {
        return record;
    }

    /** The record as an encoded entry; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** Completed when the record is on the disk, or is known not to get there. */
    CompletableFuture<Void> durable() {
        return durable;
    }

    /** Whether another record has to follow that ends what this one begins. */
    boolean opens() {
        return record instanceof LogRecord.Prepared || record instanceof LogRecord.Decided;
    }

    /** Whether it ends what another record began, which kept room for it. */
    boolean ends() {
        return record instanceof LogRecord.Committed
                || record instanceof LogRecord.Aborted
                || record instanceof LogRecord.SettledByHand
                || record instanceof LogRecord.Ended;
    }

    /** Whether it is part of a delete. */
    boolean deletes() {
        return (record instanceof LogRecord.Prepared prepared && prepared.tombstone())
                || (record instanceof LogRecord.Decided decided && decided.tombstone());
    }
}
