package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.StoreSubject.bytes;
import static io.chunkserver.core.testkit.StoreSubject.request;
import static io.chunkserver.core.testkit.StoreSubject.tombstone;
import static io.chunkserver.core.testkit.StoreSubject.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.MissingVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a {@link ChunkStore} promises of versions that are discarded, deleted or never were; part of {@link ChunkStoreContract}. */
interface ChunkRemovalContract extends StoreSubject {

    @Test
    default void unfinishedVersionsAreGoneAfterReopening() throws IOException {
        StageKey key = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, key))) {
            write(staged, bytes(10, 1));
        }

        reopen();

        assertThat(store().staged()).isEmpty();
        stage(request(CHUNK, 1, key), bytes(10, 1));
    }

    /** As when a store is refused before anything is staged. */
    @Test
    default void discardingWhatWasNeverStagedLeavesNothingToBeForced() throws IOException {
        store().discard(CHUNK, newKey());
        store().forcePublished();

        byte[] data = bytes(100, 1);
        put(CHUNK, 1, data);
        store().forcePublished();
        assertThat(read(CHUNK)).isEqualTo(data);
    }

    @Test
    default void discardingRemovesAStagedVersionInAnyState() throws IOException {
        StageKey finished = newKey();
        stage(request(CHUNK, 1, finished), bytes(10, 1));
        StageKey unfinished = newKey();
        store().stage(request(CHUNK, 1, unfinished)).close();

        store().discard(CHUNK, finished);
        store().discard(CHUNK, finished);
        store().discard(CHUNK, unfinished);
        store().discard(CHUNK, newKey());

        assertThat(store().staged()).isEmpty();
        stage(request(CHUNK, 1, finished), bytes(10, 1));
    }

    @Test
    default void aTombstoneHidesTheChunkAndIsListed() throws IOException {
        put(CHUNK, 1, bytes(10, 1));
        StageKey key = newKey();
        ChunkInfo tombstone = stage(tombstone(CHUNK, 2, key), new byte[0]);
        store().publish(CHUNK, key);

        reopen();

        assertThat(store().stat(CHUNK)).contains(tombstone);
        assertThat(tombstone.tombstone()).isTrue();
        assertThat(store().list("", null, 10)).containsExactly(tombstone);
        assertThat(store().verify(CHUNK)).isEqualTo(tombstone);
        assertThat(store().snapshot()).isEqualTo(new StoreSnapshot(0, 1, tombstone.storedBytes()));
        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
        assertThatThrownBy(() -> store().attributes(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
    }

    @Test
    default void aTombstoneHasNoBytes() throws IOException {
        try (StagedChunk staged = store().stage(tombstone(CHUNK, 1, newKey()))) {
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(1))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    default void deletingRemovesThisVersionAndNoOther() throws IOException {
        ChunkInfo info = put(CHUNK, 2, bytes(10, 1)).info();

        assertThat(store().delete(CHUNK, new ChunkVersion(1))).isZero();
        assertThat(store().stat(CHUNK)).contains(info);
        assertThat(store().delete(CHUNK, new ChunkVersion(2))).isEqualTo(info.storedBytes());
        assertThat(store().delete(CHUNK, new ChunkVersion(2))).isZero();
        store().forcePublished();

        reopen();

        assertThat(store().stat(CHUNK)).isEmpty();
        assertThat(store().snapshot()).isEqualTo(new StoreSnapshot(0, 0, 0));
    }

    @Test
    default void whatIsNotThereIsNotFound() {
        assertThat(store().stat(CHUNK)).isEmpty();
        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
        assertThatThrownBy(() -> store().verify(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
        assertThatThrownBy(() -> store().attributes(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
    }

    @Test
    default void whatIsSoundStaysInService() throws IOException {
        ChunkInfo first = put(CHUNK, 1, bytes(100_000, 1)).info();
        ChunkInfo second = put(CHUNK, 2, bytes(100_000, 2)).info();

        assertThat(store().withdraw(second)).isEmpty();
        assertThat(store().withdraw(first)).isEmpty();
        assertThat(store().missing(CHUNK)).isEmpty();
        assertThat(store().verify(CHUNK)).isEqualTo(second);
    }

    /** What is lost stays committed: nothing older takes its place, and a copy may bring it back. */
    @Test
    default void aLostVersionIsMissingUntilOneAsNewIsPublished() throws IOException {
        put(CHUNK, 1, bytes(10, 1));

        store().lost(CHUNK, new ChunkVersion(3));

        assertThat(store().stat(CHUNK)).as("an older version").isEmpty();
        reopen();
        assertThat(store().missing(CHUNK)).map(MissingVersion::version).contains(new ChunkVersion(3));
        assertThat(store().committedVersion(CHUNK)).isEqualTo(new ChunkVersion(3));
        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.Corrupt.class);
        StageKey older = newKey();
        stage(request(CHUNK, 2, older), bytes(10, 2));
        assertThatThrownBy(() -> store().publish(CHUNK, older)).isInstanceOf(ChunkServerException.class);
        put(CHUNK, 3, bytes(10, 3));
        assertThat(store().missing(CHUNK)).isEmpty();
    }

    @Test
    default void whatIsHereOrMissingAlreadyIsNotLostOnceMore() throws IOException {
        ChunkInfo second = put(CHUNK, 2, bytes(10, 1)).info();

        store().lost(CHUNK, new ChunkVersion(1));
        store().lost(CHUNK, new ChunkVersion(2));

        assertThat(store().stat(CHUNK)).contains(second);
        assertThat(store().missing(CHUNK)).isEmpty();
    }
}
