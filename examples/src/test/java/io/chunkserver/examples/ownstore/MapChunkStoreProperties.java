package io.chunkserver.examples.ownstore;

import io.chunkserver.core.store.ChunkStore;

class MapChunkStoreProperties extends StoreProperty {

    @Override
    ChunkStore open(StoredVersions versions) {
        return new MapChunkStore(versions);
    }
}
