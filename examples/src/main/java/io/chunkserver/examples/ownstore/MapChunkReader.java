package io.chunkserver.examples.ownstore;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.store.ChunkReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/** Reads one version, which does not change. Thread-safe. */
final class MapChunkReader implements ChunkReader {

    private final StoredVersion version;
    private final BooleanSupplier storeIsClosed;
    private volatile boolean closed;

    MapChunkReader(StoredVersion version, BooleanSupplier storeIsClosed) {
        this.version = version;
        this.storeIsClosed = storeIsClosed;
    }

    @Override
    public ChunkInfo info() {
        return version.info();
    }

    @Override
    public Attributes attributes() {
        return version.attributes();
    }

    @Override
    public int blockChecksum(int block) {
        return version.checksums().of(block);
    }

    @Override
    public void readUnverified(int block, ByteBuffer target) throws IOException {
        ByteBuffer bytes = block(block);
        Objects.checkFromIndexSize(0, bytes.remaining(), target.remaining());
        target.put(bytes);
    }

    @Override
    public void read(int block, ByteBuffer target) throws IOException {
        if (!new CheckedBlock(block(block), blockChecksum(block)).intact()) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "block " + block + " of chunk " + version.info().id() + " has changed")
                    .toException();
        }
        readUnverified(block, target);
    }

    private ByteBuffer block(int block) throws IOException {
        if (closed || storeIsClosed.getAsBoolean()) {
            throw new ClosedChannelException();
        }
        Objects.checkIndex(block, version.checksums().count());
        return version.bytes()
                .slice(block * BlockLayout.BLOCK_BYTES, BlockLayout.blockLength(block, info().lengthBytes()));
    }

    @Override
    public void close() {
        closed = true;
    }
}
