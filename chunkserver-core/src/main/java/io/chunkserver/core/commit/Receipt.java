package io.chunkserver.core.commit;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.List;

/**
 * The word that a transaction is committed: the decision is on the coordinator's disk, and every member of the chain has
 * prepared it durably in the given mode (guarantees D1 and D2).
 *
 * @param version     the version that was created
 * @param lengthBytes length of the data
 * @param crc32c      CRC-32C of the data
 * @param durability  how durable the bytes are on every member
 * @param members     how many members the chain has
 * @param applied     those that had already made the version visible when this was written; the others will
 */
public record Receipt(
        TransactionId transaction,
        ChunkId chunk,
        ChunkVersion version,
        long lengthBytes,
        int crc32c,
        Durability durability,
        int members,
        List<ServerId> applied) {

    public Receipt {
        applied = List.copyOf(applied);
    }
}
