package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.StoreSubject.bytes;
import static io.chunkserver.core.testkit.StoreSubject.request;
import static io.chunkserver.core.testkit.StoreSubject.tombstone;
import static io.chunkserver.core.testkit.StoreSubject.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.MissingVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StagedVersion;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a {@link ChunkStore} promises that a power loss leaves; part of {@link ChunkStoreContract}.
 *
 * <p>A version is durable as a staged one when it is finished, and as a published one when the publication is forced. What is not
 * durable may be kept or lost, but wholly: these tests hold for a crash that loses everything that was not forced, and for one that
 * keeps some of it.
 */
interface ChunkCrashContract extends StoreSubject {

    ChunkId OTHER_CHUNK = new ChunkId("/data/file", 1);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 513, 4096, BLOCK, BLOCK + 1, 3 * BLOCK + 7})
    default void aFinishedVersionOutlivesACrashAsStaged(int length) throws IOException {
        StageKey key = newKey();
        ChunkInfo info = stage(request(CHUNK, 1, key), bytes(length, 1));

        crashAndReopen();

        assertThat(store().stat(CHUNK)).as("what nobody published").isEmpty();
        assertThat(store().staged()).containsExactly(new StagedVersion(key, info));
        assertThat(store().publish(CHUNK, key).info()).isEqualTo(info);
        assertThat(read(CHUNK)).isEqualTo(bytes(length, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 513, 4096, BLOCK, BLOCK + 1, 3 * BLOCK + 7})
    default void aForcedPublicationOutlivesACrashByteForByte(int length) throws IOException {
        Attributes attributes = new Attributes(Map.of("owner", "Zoë"));
        StageKey key = newKey();
        ChunkInfo info = stage(
                new StageRequest(CHUNK, new ChunkVersion(1), key, 7, false, attributes, Durability.SYNC),
                bytes(length, 1));
        store().publish(CHUNK, key);
        store().forcePublished();
        StoreSnapshot before = store().snapshot();

        crashAndReopen();

        assertThat(store().stat(CHUNK)).as("the published version").contains(info);
        assertThat(read(CHUNK)).isEqualTo(bytes(length, 1));
        assertThat(store().verify(CHUNK)).isEqualTo(info);
        assertThat(store().attributes(CHUNK)).isEqualTo(attributes);
        assertThat(store().staged()).isEmpty();
        assertThat(store().snapshot()).isEqualTo(before);
    }

    @Test
    default void aForcedReplacementOutlivesACrash() throws IOException {
        put(CHUNK, 1, bytes(BLOCK + 1, 1));
        put(OTHER_CHUNK, 1, bytes(10, 2));
        store().forcePublished();
        ChunkInfo second = put(CHUNK, 2, bytes(100, 3)).info();
        store().forcePublished();

        crashAndReopen();

        assertThat(store().stat(CHUNK)).contains(second);
        assertThat(read(CHUNK)).isEqualTo(bytes(100, 3));
        assertThat(read(OTHER_CHUNK)).isEqualTo(bytes(10, 2));
        StageKey older = newKey();
        stage(request(CHUNK, 1, older), bytes(10, 4));
        assertThatThrownBy(() -> store().publish(CHUNK, older)).isInstanceOf(ChunkServerException.Conflict.class);
    }

    /** The crash may bring back what the publication replaced, but then the new version is there to be published again. */
    @Test
    default void aPublicationThatIsNotForcedIsDoneOrCanBeDoneAgainAfterACrash() throws IOException {
        ChunkInfo first = put(CHUNK, 1, bytes(BLOCK + 1, 1)).info();
        store().forcePublished();
        StageKey key = newKey();
        ChunkInfo second = stage(request(CHUNK, 2, key), bytes(100, 2));
        store().publish(CHUNK, key);

        crashAndReopen();

        if (!store().stat(CHUNK).equals(Optional.of(second))) {
            assertThat(store().stat(CHUNK)).as("the version before").contains(first);
            assertThat(read(CHUNK)).isEqualTo(bytes(BLOCK + 1, 1));
            assertThat(store().staged()).containsExactly(new StagedVersion(key, second));
        }
        assertThat(store().publish(CHUNK, key).info()).isEqualTo(second);
        assertThat(read(CHUNK)).isEqualTo(bytes(100, 2));
    }

    @Test
    default void whatWasPublishedBeforeTheStoreWasOpenedIsForcedToo() throws IOException {
        ChunkInfo info = put(CHUNK, 1, bytes(100, 1)).info();
        reopen();
        store().forcePublished();

        crashAndReopen();

        assertThat(store().stat(CHUNK)).contains(info);
        assertThat(read(CHUNK)).isEqualTo(bytes(100, 1));
    }

    @Test
    default void aVersionThatIsNotFinishedIsGoneAfterACrash() throws IOException {
        ChunkInfo first = put(CHUNK, 1, bytes(10, 1)).info();
        store().forcePublished();
        StageKey key = newKey();
        StagedChunk unfinished = store().stage(request(CHUNK, 2, key));
        write(unfinished, bytes(BLOCK + 1, 2));

        crashAndReopen();

        assertThat(store().staged()).isEmpty();
        assertThat(store().stat(CHUNK)).contains(first);
        assertThat(read(CHUNK)).isEqualTo(bytes(10, 1));
        stage(request(CHUNK, 2, key), bytes(20, 2));
    }

    /** Nothing is promised of it but that nobody reads other bytes than those that were stored. */
    @Test
    default void aVersionThatWasNeverForcedIsWholeOrNotReadAfterACrash() throws IOException {
        StageKey key = newKey();
        ChunkInfo info = stage(
                new StageRequest(CHUNK, new ChunkVersion(1), key, 0, false, Attributes.NONE, Durability.OS),
                bytes(BLOCK + 1, 1));
        store().publish(CHUNK, key);
        store().forcePublished();

        crashAndReopen();

        byte[] found;
        try {
            found = read(CHUNK);
        } catch (ChunkServerException.NotFound | ChunkServerException.Corrupt notServed) {
            return;
        }
        assertThat(found).isEqualTo(bytes(BLOCK + 1, 1));
        assertThat(store().stat(CHUNK)).contains(info);
    }

    @Test
    default void aForcedDeletionOutlivesACrash() throws IOException {
        ChunkInfo info = put(CHUNK, 1, bytes(100, 1)).info();
        store().forcePublished();
        store().delete(CHUNK, info.version());
        store().forcePublished();

        crashAndReopen();

        assertThat(store().stat(CHUNK)).as("what was deleted").isEmpty();
        assertThat(store().staged()).isEmpty();
        assertThat(store().snapshot()).isEqualTo(new StoreSnapshot(0, 0, 0));
    }

    @Test
    default void aDeletionThatIsNotForcedRemovesAllOfAVersionOrNothing() throws IOException {
        ChunkInfo info = put(CHUNK, 1, bytes(BLOCK + 1, 1)).info();
        store().forcePublished();
        store().delete(CHUNK, info.version());

        crashAndReopen();

        if (store().stat(CHUNK).isPresent()) {
            assertThat(store().stat(CHUNK)).contains(info);
            assertThat(read(CHUNK)).isEqualTo(bytes(BLOCK + 1, 1));
        }
        assertThat(store().staged()).isEmpty();
    }

    @Test
    default void aForcedTombstoneOutlivesACrash() throws IOException {
        put(CHUNK, 1, bytes(10, 1));
        store().forcePublished();
        StageKey key = newKey();
        ChunkInfo tombstone = stage(tombstone(CHUNK, 2, key), new byte[0]);
        store().publish(CHUNK, key);
        store().forcePublished();

        crashAndReopen();

        assertThat(store().stat(CHUNK)).contains(tombstone);
        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
    }

    @Test
    default void aLostVersionIsMissingAfterACrashToo() throws IOException {
        put(CHUNK, 1, bytes(10, 1));
        store().forcePublished();
        store().lost(CHUNK, new ChunkVersion(3));

        crashAndReopen();

        assertThat(store().missing(CHUNK)).map(MissingVersion::version).contains(new ChunkVersion(3));
        assertThat(store().committedVersion(CHUNK)).isEqualTo(new ChunkVersion(3));
        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.Corrupt.class);
    }
}
