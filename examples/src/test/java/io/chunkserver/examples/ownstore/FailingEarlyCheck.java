package io.chunkserver.examples.ownstore;

import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.testkit.ChunkStoreScript;
import java.io.IOException;
import net.jqwik.api.AfterFailureMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** The property with the faulty store. It fails, so it has a name that the build does not run; {@link FoundFaultTest} does. */
class FailingEarlyCheck extends StoreProperty {

    @Override
    ChunkStore open(StoredVersions versions) {
        return new EarlyCheckChunkStore(versions);
    }

    /** Of one seed, and shrunk for as long as it takes, so that the same is found every time. */
    @Override
    @Property(seed = "1", shrinking = ShrinkingMode.FULL, afterFailure = AfterFailureMode.RANDOM_SEED)
    void anyScriptGivesWhatTheModelGives(@ForAll("scripts") ChunkStoreScript script) throws IOException {
        super.anyScriptGivesWhatTheModelGives(script);
    }
}
