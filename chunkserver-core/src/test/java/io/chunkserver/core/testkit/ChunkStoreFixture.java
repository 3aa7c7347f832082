package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.Publication;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A store that is opened before each test and closed and recounted after it, and the few steps of which tests of stores
 * are made.
 */
@ExtendWith(PromiseReport.class)
abstract class ChunkStoreFixture implements PromiseReport.Traced {

    private final CallTrace trace = new CallTrace();
    private ChunkStore store;
    private long transactions;

    /** Opens the store under test; the first call of a test finds it empty, later calls as it was closed. */
    protected abstract ChunkStore openStore() throws IOException;

    @Override
    public final CallTrace trace() {
        return trace;
    }

    private ChunkStore traced() throws IOException {
        return trace.of(ChunkStore.class, openStore());
    }

    /** The store under test. */
    protected final ChunkStore store() {
        return store;
    }

    @BeforeEach
    final void open() throws IOException {
        store = traced();
    }

    @AfterEach
    final void closeAndRecount() throws IOException {
        store.close();
        store = traced();
        List<ChunkInfo> all = store.list("", null, Integer.MAX_VALUE);
        StoreSnapshot snapshot = store.snapshot();
        assertThat(snapshot.publishedBytes())
                .as("counted bytes are those of the versions")
                .isEqualTo(all.stream().mapToLong(ChunkInfo::storedBytes).sum());
        assertThat(snapshot.tombstones())
                .isEqualTo(all.stream().filter(ChunkInfo::tombstone).count());
        assertThat(snapshot.chunks() + snapshot.tombstones()).isEqualTo(all.size());
        store.close();
    }

    /** Closes the store and opens it again. */
    protected final void reopen() throws IOException {
        store.close();
        store = traced();
    }

    /** A transaction that was not used before. */
    protected final StageKey newKey() {
        transactions++;
        return new StageKey(new TransactionId("client", 1000, transactions), new Attempt(1, 1));
    }

    /** The same bytes for the same seed. */
    protected static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** A version without attributes, of the default durability. */
    protected static StageRequest request(ChunkId chunk, long version, StageKey key) {
        return new StageRequest(chunk, new ChunkVersion(version), key, 0, false, Attributes.NONE, Durability.SYNC);
    }

    /** A delete, as {@link #request} is a store. */
    protected static StageRequest tombstone(ChunkId chunk, long version, StageKey key) {
        return new StageRequest(chunk, new ChunkVersion(version), key, 0, true, Attributes.NONE, Durability.SYNC);
    }

    /** Stages and finishes a version. */
    protected final ChunkInfo stage(StageRequest request, byte[] data) throws IOException {
        try (StagedChunk staged = store.stage(request)) {
            write(staged, data);
            return staged.finish(data.length, Crc32c.of(ByteBuffer.wrap(data)));
        }
    }

    /** Writes data in blocks. */
    protected static void write(StagedChunk staged, byte[] data) throws IOException {
        for (int offset = 0; offset < data.length; offset += BlockLayout.BLOCK_BYTES) {
            staged.write(CheckedBlock.of(
                    ByteBuffer.wrap(data, offset, Math.min(BlockLayout.BLOCK_BYTES, data.length - offset))));
        }
    }

    /** Stages, finishes and publishes a version. */
    protected final Publication put(ChunkId chunk, long version, byte[] data) throws IOException {
        StageKey key = newKey();
        stage(request(chunk, version, key), data);
        return store.publish(chunk, key);
    }

    /** All bytes of the published version, each block compared with its checksum. */
    protected final byte[] read(ChunkId chunk) throws IOException {
        try (ChunkReader reader = store.open(chunk)) {
            return read(reader);
        }
    }

    /** All bytes of the version that is open, each block compared with its checksum. */
    protected static byte[] read(ChunkReader reader) throws IOException {
        ByteBuffer data = ByteBuffer.allocate((int) reader.info().lengthBytes());
        for (int block = 0; block < BlockLayout.blockCount(data.capacity()); block++) {
            reader.read(block, data);
        }
        return data.array();
    }
}
