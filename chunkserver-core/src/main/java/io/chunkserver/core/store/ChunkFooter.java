package io.chunkserver.core.store;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;

/**
 * What a chunk file says of itself.
 *
 * @param durability what was guaranteed when the file was finished
 * @param dataCrc    CRC-32C of all data bytes
 * @param tableCrc   CRC-32C of the table of block checksums
 */
record ChunkFooter(
        ChunkId chunk,
        ChunkVersion version,
        StageKey key,
        long epoch,
        boolean tombstone,
        Durability durability,
        long lengthBytes,
        int dataCrc,
        int tableCrc,
        Attributes attributes) {

    ChunkFooter {
        if (lengthBytes < 0 || lengthBytes > ChunkFileFormat.MAX_CHUNK_BYTES) {
            throw new IllegalArgumentException(
                    "a length of " + lengthBytes + " bytes is not between 0 and " + ChunkFileFormat.MAX_CHUNK_BYTES);
        }
        if (version.number() < 1 || epoch < 0 || (tombstone && lengthBytes != 0)) {
            throw new IllegalArgumentException("version " + version + " of " + lengthBytes + " bytes, epoch " + epoch
                    + (tombstone ? ", tombstone" : "") + " cannot be");
        }
    }

    ChunkInfo info() {
        return new ChunkInfo(
                chunk,
                version,
                key.transaction(),
                epoch,
                lengthBytes,
                dataCrc,
                ChunkFileFormat.storedBytes(chunk, attributes, lengthBytes),
                tombstone);
    }
}
