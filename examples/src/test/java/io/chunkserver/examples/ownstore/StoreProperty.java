package io.chunkserver.examples.ownstore;

import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.testkit.ChunkStoreScript;
import java.io.IOException;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any sequence of calls gives what the kit's naive model gives. */
abstract class StoreProperty {

    abstract ChunkStore open(StoredVersions versions);

    @Property(tries = 300)
    void anyScriptGivesWhatTheModelGives(@ForAll("scripts") ChunkStoreScript script) throws IOException {
        StoredVersions versions = new StoredVersions();
        script.run(() -> open(versions));
    }

    @Provide
    Arbitrary<ChunkStoreScript> scripts() {
        return ChunkStoreScript.scripts();
    }
}
