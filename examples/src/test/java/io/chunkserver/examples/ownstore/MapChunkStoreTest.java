package io.chunkserver.examples.ownstore;

import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.testkit.ChunkStoreContract;

class MapChunkStoreTest extends ChunkStoreContract {

    private final StoredVersions versions = new StoredVersions();

    @Override
    protected ChunkStore openStore() {
        return new MapChunkStore(versions);
    }
}
