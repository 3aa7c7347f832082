package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class StoreCrashTest extends StoreOnMemoryDisk {

    @Test
    void aFinishedStagedVersion() throws IOException {
        StageKey key = stage(CHUNK, 1, Durability.SYNC);
        crash();

        assertThat(store.staged()).extracting(StagedVersion::key).containsExactly(key);
        store.publish(CHUNK, key);
        store.verify(CHUNK);
    }

    @Test
    void aForcedPublication() throws IOException {
        ChunkInfo info = put(CHUNK, 1);
        store.forcePublished();
        crash();

        assertThat(store.verify(CHUNK)).isEqualTo(info);
        assertThat(store.staged()).isEmpty();
    }

    @Test
    void aPublicationThatWasNotForcedComesBackAsAStagedVersion() throws IOException {
        ChunkInfo first = put(CHUNK, 1);
        store.forcePublished();
        StageKey key = stage(CHUNK, 2, Durability.SYNC);
        ChunkInfo second = store.publish(CHUNK, key).info();
        crash();

        assertThat(store.stat(CHUNK)).contains(first);
        assertThat(store.publish(CHUNK, key)).isEqualTo(new Publication(second, first.storedBytes()));
        store.verify(CHUNK);
    }

    /** Forcing one file's name must not make durable that another has lost its staged name, while its new one is not. */
    @Test
    void aPublicationThatWasNotForcedBeforeOtherChunksWere() throws IOException {
        StageKey key = stage(CHUNK, 1, Durability.SYNC);
        store.publish(CHUNK, key);
        for (int index = 1; index < 20; index++) {
            stage(new ChunkId("/data", index), 1, Durability.SYNC);
        }
        crash();

        store.publish(CHUNK, key);
        store.verify(CHUNK);
    }

    /** The process dies, the machine lives on: what was published is seen again before it was ever forced. */
    @Test
    void aPublicationThatADeadProcessLeftUnforced() throws IOException {
        put(CHUNK, 1);
        reopen();

        store.forcePublished();
        crash();

        store.verify(CHUNK);
    }

    @Test
    void aDeletionThatADeadProcessLeftUnforced() throws IOException {
        put(CHUNK, 1);
        store.forcePublished();
        store.delete(CHUNK, new ChunkVersion(1));
        reopen();

        store.forcePublished();
        crash();

        assertThat(store.stat(CHUNK)).isEmpty();
    }

    @Test
    void aForcedDeletion() throws IOException {
        put(CHUNK, 1);
        store.forcePublished();
        store.delete(CHUNK, new ChunkVersion(1));
        store.forcePublished();
        crash();

        assertThat(store.stat(CHUNK)).isEmpty();
    }

    @Test
    void exceptForVersionsOfTheWeakerDurabilityWhichAreGoneAndNotHalfThere() throws IOException {
        store.publish(CHUNK, stage(CHUNK, 1, Durability.OS));
        store.forcePublished();
        crash();

        assertThat(store.stat(CHUNK)).isEmpty();
        assertThat(store.findings()).hasSize(1);
    }
}
