package io.chunkserver.core.store;

import io.chunkserver.core.model.ChunkInfo;

/**
 * What a publication changed.
 *
 * @param info       the version that is published now
 * @param freedBytes bytes on disk of the version that it replaced, 0 when there was none
 */
public record Publication(ChunkInfo info, long freedBytes) {}
