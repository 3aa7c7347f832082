package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DamageWhileRunningTest extends StoreOnMemoryDisk {

    @Test
    void aFlippedBitOfDataInItsBlockAndNoOther() throws IOException {
        put(CHUNK, 1);
        put(OTHER, 1);
        flipBit(LAYOUT.chunkFile(CHUNK), BLOCK + 5);

        try (ChunkReader reader = store.open(CHUNK)) {
            reader.read(0, ByteBuffer.allocate(BLOCK));
            reader.read(2, ByteBuffer.allocate(BLOCK));
            assertThatThrownBy(() -> reader.read(1, ByteBuffer.allocate(BLOCK)))
                    .isInstanceOf(ChunkServerException.Corrupt.class)
                    .hasMessageContainingAll(CHUNK.toString(), "block 1");
            reader.readUnverified(1, ByteBuffer.allocate(BLOCK));
        }
        assertCorrupt(CHUNK, "block 1");
        store.verify(OTHER);
    }

    @Test
    void aFlippedBitInTheTableOfChecksums() throws IOException {
        put(CHUNK, 1);
        flipBit(LAYOUT.chunkFile(CHUNK), data.length + 5);
        assertCorrupt(CHUNK, "table of checksums");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, -9, -13, -17, -100})
    void aFlippedBitInFooterOrTrailer(int offset) throws IOException {
        put(CHUNK, 1);
        flipBit(LAYOUT.chunkFile(CHUNK), offset);
        assertCorrupt(CHUNK, "damaged");
    }

    @Test
    void aMissingFile() throws IOException {
        put(CHUNK, 1);
        disk.delete(LAYOUT.chunkFile(CHUNK));
        assertCorrupt(CHUNK, "missing");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, BLOCK, 2 * BLOCK + 101})
    void aTruncatedFile(int size) throws IOException {
        put(CHUNK, 1);
        try (DiskFile file = disk.openForWrite(LAYOUT.chunkFile(CHUNK))) {
            file.truncate(size);
        }
        assertCorrupt(CHUNK, "damaged");
    }

    @Test
    void aFileThatIsTruncatedWhileItIsOpen() throws IOException {
        put(CHUNK, 1);
        try (ChunkReader reader = store.open(CHUNK);
                DiskFile file = disk.openForWrite(LAYOUT.chunkFile(CHUNK))) {
            file.truncate(BLOCK + 1);
            assertThatThrownBy(() -> reader.read(1, ByteBuffer.allocate(BLOCK)))
                    .isInstanceOf(ChunkServerException.Corrupt.class)
                    .hasMessageContaining("block 1");
        }
    }

    @Test
    void theFileOfAnotherChunkInItsPlace() throws IOException {
        put(CHUNK, 1);
        put(OTHER, 1);
        replaceFile(LAYOUT.chunkFile(CHUNK), fileOf(OTHER));
        assertCorrupt(CHUNK, "holds", OTHER.toString());
        store.verify(OTHER);
    }

    @Test
    void theFileOfAnOlderVersionInItsPlace() throws IOException {
        put(CHUNK, 1);
        byte[] stale = fileOf(CHUNK);
        put(CHUNK, 2);
        replaceFile(LAYOUT.chunkFile(CHUNK), stale);
        assertCorrupt(CHUNK, "version 1", "version 2");
    }

    @Test
    void theFileOfAnotherTransactionWithTheSameVersion() throws IOException {
        put(CHUNK, 1);
        byte[] bytes = fileOf(CHUNK);
        store.delete(CHUNK, new ChunkVersion(1));
        ChunkInfo second = put(CHUNK, 1);
        replaceFile(LAYOUT.chunkFile(CHUNK), bytes);
        assertCorrupt(CHUNK, second.transaction().toString(), "client:1000:1");
    }
}
