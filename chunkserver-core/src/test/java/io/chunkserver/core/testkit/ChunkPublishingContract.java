package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.StoreSubject.bytes;
import static io.chunkserver.core.testkit.StoreSubject.request;
import static io.chunkserver.core.testkit.StoreSubject.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.Publication;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StagedVersion;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a {@link ChunkStore} promises of versions that are staged and published; part of {@link ChunkStoreContract}. */
interface ChunkPublishingContract extends StoreSubject {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 4095, 4096, 4097, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7})
    default void aPublishedChunkIsReadAsItWasStaged(int length) throws IOException {
        byte[] data = bytes(length, 1);
        ChunkInfo info = put(CHUNK, 1, data).info();

        assertThat(read(CHUNK)).isEqualTo(data);
        assertThat(store().verify(CHUNK)).isEqualTo(info);
        assertThat(info.lengthBytes()).isEqualTo(length);
        assertThat(info.crc32c()).isEqualTo(Crc32c.of(ByteBuffer.wrap(data)));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    default void aPublishedChunkIsTheSameAfterReopening(Durability durability) throws IOException {
        byte[] data = bytes(BLOCK + 1, 1);
        StageKey key = newKey();
        ChunkInfo info =
                stage(new StageRequest(CHUNK, new ChunkVersion(3), key, 7, false, Attributes.NONE, durability), data);
        store().publish(CHUNK, key);
        store().forcePublished();
        StoreSnapshot before = store().snapshot();

        reopen();

        assertThat(store().stat(CHUNK)).contains(info);
        assertThat(read(CHUNK)).isEqualTo(data);
        assertThat(store().snapshot()).isEqualTo(before);
        assertThat(store().staged()).isEmpty();
    }

    @Test
    default void aStagedVersionIsSeenByNobody() throws IOException {
        put(CHUNK, 1, bytes(10, 1));
        stage(request(CHUNK, 2, newKey()), bytes(20, 2));

        assertThat(read(CHUNK)).isEqualTo(bytes(10, 1));
        assertThat(store().stat(CHUNK).orElseThrow().version()).isEqualTo(new ChunkVersion(1));
    }

    @Test
    default void publishingReplacesTheVersionBeforeAndTellsWhatItFreed() throws IOException {
        Publication first = put(CHUNK, 1, bytes(5000, 1));
        Publication second = put(CHUNK, 2, bytes(10, 2));

        assertThat(first.freedBytes()).isZero();
        assertThat(second.freedBytes()).isEqualTo(first.info().storedBytes());
        assertThat(read(CHUNK)).isEqualTo(bytes(10, 2));
        assertThat(store().snapshot())
                .isEqualTo(new StoreSnapshot(1, 0, second.info().storedBytes()));
    }

    @Test
    default void publishingAgainChangesNothing() throws IOException {
        StageKey key = newKey();
        ChunkInfo info = stage(request(CHUNK, 1, key), bytes(100, 1));
        store().publish(CHUNK, key);

        assertThat(store().publish(CHUNK, key)).isEqualTo(new Publication(info, 0));
        reopen();
        assertThat(store().publish(CHUNK, key)).isEqualTo(new Publication(info, 0));
        assertThat(read(CHUNK)).isEqualTo(bytes(100, 1));
    }

    @Test
    default void aStagedVersionCanBePublishedAfterReopening() throws IOException {
        StageKey key = newKey();
        ChunkInfo info = stage(request(CHUNK, 1, key), bytes(100, 1));

        reopen();

        assertThat(store().staged()).containsExactly(new StagedVersion(key, info));
        assertThat(store().publish(CHUNK, key).info()).isEqualTo(info);
        assertThat(store().staged()).isEmpty();
        assertThat(read(CHUNK)).isEqualTo(bytes(100, 1));
    }

    @Test
    default void publishingWhatIsNotFinishedIsNoSuchFile() throws IOException {
        StageKey unfinished = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, unfinished))) {
            write(staged, bytes(10, 1));
        }

        assertThatThrownBy(() -> store().publish(CHUNK, unfinished)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store().publish(CHUNK, newKey())).isInstanceOf(NoSuchFileException.class);
        assertThat(store().stat(CHUNK)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    default void versionsNeverGoBack(long version) throws IOException {
        put(CHUNK, 5, bytes(10, 1));
        StageKey key = newKey();
        stage(request(CHUNK, version, key), bytes(20, 2));

        assertThatThrownBy(() -> store().publish(CHUNK, key))
                .isInstanceOfSatisfying(
                        ChunkServerException.Conflict.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
        assertThat(read(CHUNK)).isEqualTo(bytes(10, 1));
    }

    @Test
    default void anAttemptIsStagedOnce() throws IOException {
        StageKey key = newKey();
        stage(request(CHUNK, 1, key), bytes(10, 1));

        assertThatThrownBy(() -> store().stage(request(CHUNK, 1, key))).isInstanceOf(FileAlreadyExistsException.class);
        store().publish(CHUNK, key);
        assertThat(read(CHUNK)).isEqualTo(bytes(10, 1));
    }

    @Test
    default void attemptsOfOneTransactionDoNotDisturbEachOther() throws IOException {
        StageKey first = newKey();
        StageKey second = new StageKey(first.transaction(), new Attempt(1, 2));
        stage(request(CHUNK, 1, first), bytes(10, 1));
        stage(request(CHUNK, 1, second), bytes(20, 2));

        store().discard(CHUNK, first);
        store().publish(CHUNK, second);

        assertThat(read(CHUNK)).isEqualTo(bytes(20, 2));
        assertThat(store().staged()).isEmpty();
    }

    @Test
    default void storedBytesTellsBeforehandWhatAVersionTakes() throws IOException {
        Attributes attributes = new Attributes(Map.of("kind", "text", "käse", ""));
        for (int length : List.of(0, 1, BLOCK, BLOCK + 1)) {
            StageKey key = new StageKey(new TransactionId("c".repeat(1 + length % 60), 5, length), new Attempt(9, 9));
            ChunkId chunk = new ChunkId("/dir/ünicode " + length, 3);
            StageRequest request =
                    new StageRequest(chunk, new ChunkVersion(1), key, 0, false, attributes, Durability.OS);
            assertThat(stage(request, bytes(length, 1)).storedBytes())
                    .isEqualTo(store().storedBytes(chunk, attributes, length));
        }
    }

    @Test
    default void attributesAreKeptWithTheVersion() throws IOException {
        Attributes attributes = new Attributes(Map.of("content-type", "text/plain", "owner", "Zoë"));
        StageKey key = newKey();
        stage(new StageRequest(CHUNK, new ChunkVersion(1), key, 0, false, attributes, Durability.SYNC), bytes(9, 1));
        store().publish(CHUNK, key);

        reopen();

        assertThat(store().attributes(CHUNK)).isEqualTo(attributes);
        put(CHUNK, 2, bytes(9, 1));
        assertThat(store().attributes(CHUNK)).isEqualTo(Attributes.NONE);
    }

    @Test
    default void anyChunkIdCanBeStored() throws IOException {
        List<ChunkId> chunks = List.of(
                new ChunkId("a", Integer.MAX_VALUE),
                new ChunkId("/" + "x".repeat(ChunkId.MAX_PATH_BYTES - 1), 0),
                new ChunkId("/with space/and#number#", 1),
                new ChunkId("/\u65e5\u672c\u8a9e/\uD83D\uDE00", 2),
                new ChunkId("\\windows\\..\\path", 3));
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            put(chunks.get(chunk), 1, bytes(10, chunk));
        }

        reopen();

        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            assertThat(read(chunks.get(chunk))).isEqualTo(bytes(10, chunk));
        }
    }
}
