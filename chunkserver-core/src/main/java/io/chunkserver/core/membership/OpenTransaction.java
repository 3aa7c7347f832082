package io.chunkserver.core.membership;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;

/**
 * A store or a delete in which a server takes part, and whose outcome it does not know yet.
 *
 * @param chunk   of this chunk
 * @param version the version that there is when it is committed
 */
public record OpenTransaction(ChunkId chunk, ChunkVersion version) {}
