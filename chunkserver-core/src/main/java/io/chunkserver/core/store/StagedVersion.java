package io.chunkserver.core.store;

import io.chunkserver.core.model.ChunkInfo;

/**
 * A finished staged version on disk.
 *
 * @param key  transaction and attempt
 * @param info the version as it would be published
 */
public record StagedVersion(StageKey key, ChunkInfo info) {}
