package io.chunkserver.core.commit.log;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;

/**
 * A committed transaction, remembered so that a retry of it is answered and not applied again.
 *
 * @param attempt    the attempt that was committed
 * @param members    number of members in its chain
 * @param atMillis   wall clock when this server learnt it
 */
public record Outcome(
        TransactionId transaction,
        Attempt attempt,
        ChunkId chunk,
        ChunkVersion version,
        boolean tombstone,
        Durability durability,
        long lengthBytes,
        int crc32c,
        int members,
        long atMillis) {}
