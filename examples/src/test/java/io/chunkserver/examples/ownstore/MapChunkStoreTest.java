package io.chunkserver.examples.ownstore;

import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.testkit.ChunkStoreContract;
import org.junit.jupiter.api.Assumptions;

class MapChunkStoreTest extends ChunkStoreContract {

    private final StoredVersions versions = new StoredVersions();

    @Override
    protected ChunkStore openStore() {
        return new MapChunkStore(versions);
    }

    /** So what the contract says of crashes is skipped, for this reason. */
    @Override
    protected void crash() {
        Assumptions.abort("the store is in memory and promises nothing after a crash");
    }
}
