package io.chunkserver.core.commit.log;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;

/**
 * A promise that an operator settled, remembered so that it can be told from one that its coordinator settled.
 *
 * @param version   the version that was promised
 * @param committed what the operator chose
 * @param atMillis  wall clock when that was
 */
public record SettledPromise(
        TransactionId transaction,
        Attempt attempt,
        ChunkId chunk,
        ChunkVersion version,
        boolean tombstone,
        boolean committed,
        long atMillis) {

    static SettledPromise of(LogRecord.Prepared promise, LogRecord.SettledByHand settled) {
        return new SettledPromise(
                promise.transaction(),
                promise.attempt(),
                promise.chunk(),
                promise.base().next(),
                promise.tombstone(),
                settled.committed(),
                settled.atMillis());
    }
}
