package io.chunkserver.core.testkit;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.Publication;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;

/** The few steps of which tests of stores are made. */
interface StoreSubject {

    /** A chunk. */
    ChunkId CHUNK = new ChunkId("/data/file", 0);

    int BLOCK = BlockLayout.BLOCK_BYTES;

    /** The store under test. */
    ChunkStore store();

    /** Closes the store and opens it again. */
    void reopen() throws IOException;

    /** Loses what was not forced, and opens what is left; skips the test where that cannot be simulated. */
    void crashAndReopen() throws IOException;

    /** A transaction that was not used before. */
    StageKey newKey();

    /** The same bytes for the same seed. */
    static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** A version without attributes, of the default durability. */
    static StageRequest request(ChunkId chunk, long version, StageKey key) {
        return new StageRequest(chunk, new ChunkVersion(version), key, 0, false, Attributes.NONE, Durability.SYNC);
    }

    /** A delete, as {@link #request} is a store(). */
    static StageRequest tombstone(ChunkId chunk, long version, StageKey key) {
        return new StageRequest(chunk, new ChunkVersion(version), key, 0, true, Attributes.NONE, Durability.SYNC);
    }

    /** Stages and finishes a version. */
    default ChunkInfo stage(StageRequest request, byte[] data) throws IOException {
        try (StagedChunk staged = store().stage(request)) {
            write(staged, data);
            return staged.finish(data.length, Crc32c.of(ByteBuffer.wrap(data)));
        }
    }

    /** Writes data in blocks. */
    static void write(StagedChunk staged, byte[] data) throws IOException {
        for (int offset = 0; offset < data.length; offset += BlockLayout.BLOCK_BYTES) {
            staged.write(CheckedBlock.of(
                    ByteBuffer.wrap(data, offset, Math.min(BlockLayout.BLOCK_BYTES, data.length - offset))));
        }
    }

    /** Stages, finishes and publishes a version. */
    default Publication put(ChunkId chunk, long version, byte[] data) throws IOException {
        StageKey key = newKey();
        stage(request(chunk, version, key), data);
        return store().publish(chunk, key);
    }

    /** All bytes of the published version, each block compared with its checksum. */
    default byte[] read(ChunkId chunk) throws IOException {
        try (ChunkReader reader = store().open(chunk)) {
            return read(reader);
        }
    }

    /** All bytes of the version that is open, each block compared with its checksum. */
    static byte[] read(ChunkReader reader) throws IOException {
        ByteBuffer data = ByteBuffer.allocate((int) reader.info().lengthBytes());
        for (int block = 0; block < BlockLayout.blockCount(data.capacity()); block++) {
            reader.read(block, data);
        }
        return data.array();
    }
}
