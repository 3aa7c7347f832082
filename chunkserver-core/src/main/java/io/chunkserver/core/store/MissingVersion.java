package io.chunkserver.core.store;

import io.chunkserver.core.model.ChunkVersion;

/**
 * A version that is committed on this server and that its store has no longer: it was found damaged and taken out of service. A later
 * store of the chunk goes on from it, so that versions never go back (guarantee I2).
 *
 * @param epoch the epoch of the version
 */
public record MissingVersion(ChunkVersion version, long epoch) {}
