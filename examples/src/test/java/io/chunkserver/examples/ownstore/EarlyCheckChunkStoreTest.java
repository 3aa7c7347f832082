package io.chunkserver.examples.ownstore;

import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.testkit.ChunkStoreContract;
import org.junit.jupiter.api.Assumptions;

/** The contract does not see the fault: its tests stage one version of a chunk at a time. */
class EarlyCheckChunkStoreTest extends ChunkStoreContract {

    private final StoredVersions versions = new StoredVersions();

    @Override
    protected ChunkStore openStore() {
        return new EarlyCheckChunkStore(versions);
    }

    @Override
    protected void crash() {
        Assumptions.abort("the store is in memory and promises nothing after a crash");
    }
}
