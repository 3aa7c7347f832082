package io.chunkserver.core.store;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;

/**
 * What a staged version will be, all but its bytes.
 *
 * @param chunk      the chunk
 * @param version    the version it becomes when published
 * @param key        transaction and attempt
 * @param epoch      epoch of the transaction
 * @param tombstone  true for the version that says the chunk is deleted; it has no bytes
 * @param attributes kept with the version
 * @param durability what {@link StagedChunk#finish} guarantees
 */
public record StageRequest(
        ChunkId chunk,
        ChunkVersion version,
        StageKey key,
        long epoch,
        boolean tombstone,
        Attributes attributes,
        Durability durability) {}
