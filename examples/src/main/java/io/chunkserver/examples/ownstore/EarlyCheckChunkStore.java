package io.chunkserver.examples.ownstore;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkVersion;

/**
 * The first attempt at a {@link MapChunkStore}, with a fault that is easily made: it compares a version with the one that was
 * published when the staging began, and not with the one that is published now. As long as transactions come one after the other,
 * this is the same.
 */
final class EarlyCheckChunkStore extends MapChunkStore {

    EarlyCheckChunkStore(StoredVersions versions) {
        super(versions);
    }

    @Override
    void requireNewer(StoredVersion next, ChunkVersion published) throws ChunkServerException {
        super.requireNewer(next, next.base());
    }
}
