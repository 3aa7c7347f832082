package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.StoreSubject.bytes;
import static io.chunkserver.core.testkit.StoreSubject.request;
import static io.chunkserver.core.testkit.StoreSubject.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StagedChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a {@link ChunkStore} takes while a version is staged, and what not; part of {@link ChunkStoreContract}. */
interface ChunkRefusalContract extends StoreSubject {

    @Test
    default void aBlockThatDoesNotMatchItsChecksumIsRefusedAndCanBeSentAgain() throws IOException {
        byte[] data = bytes(100, 1);
        StageKey key = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, key))) {
            CheckedBlock good = CheckedBlock.of(ByteBuffer.wrap(data));
            CheckedBlock bad = new CheckedBlock(ByteBuffer.wrap(bytes(100, 2)), good.crc32c());

            assertThatThrownBy(() -> staged.write(bad))
                    .isInstanceOfSatisfying(
                            ChunkServerException.Corrupt.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKSUM_MISMATCH));
            staged.write(good);
            staged.finish(100, good.crc32c());
        }
        store().publish(CHUNK, key);
        assertThat(read(CHUNK)).isEqualTo(data);
    }

    @Test
    default void finishRefusesAnotherLengthOrChecksumThanTheOriginSent() throws IOException {
        byte[] data = bytes(100, 1);
        int crc = Crc32c.of(ByteBuffer.wrap(data));
        try (StagedChunk staged = store().stage(request(CHUNK, 1, newKey()))) {
            write(staged, data);

            assertThatThrownBy(() -> staged.finish(99, crc)).isInstanceOf(ChunkServerException.Corrupt.class);
            assertThatThrownBy(() -> staged.finish(100, crc ^ 1)).isInstanceOf(ChunkServerException.Corrupt.class);
        }
        assertThat(store().staged()).isEmpty();
    }

    @Test
    default void onlyTheLastBlockMayBeShort() throws IOException {
        try (StagedChunk staged = store().stage(request(CHUNK, 1, newKey()))) {
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(0))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(BLOCK + 1))))
                    .isInstanceOf(IllegalArgumentException.class);
            staged.write(CheckedBlock.of(ByteBuffer.allocate(BLOCK - 1)));
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(1))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    default void writingTakesTheBlockFromPositionToLimitAndLeavesTheBufferAlone() throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes(100, 1)).position(10).limit(60).asReadOnlyBuffer();
        StageKey key = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, key))) {
            staged.write(CheckedBlock.of(data));
            staged.finish(50, Crc32c.of(data));
        }
        store().publish(CHUNK, key);

        assertThat(data.position()).isEqualTo(10);
        assertThat(data.limit()).isEqualTo(60);
        assertThat(read(CHUNK)).isEqualTo(Arrays.copyOfRange(bytes(100, 1), 10, 60));
    }
}
