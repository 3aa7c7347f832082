package io.chunkserver.core.store;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One version of a chunk, open for reading; it stays readable while the chunk is replaced or deleted.
 *
 * <p>May be used by many threads. Closing is idempotent.
 */
public interface ChunkReader extends Closeable {

    ChunkInfo info();

    Attributes attributes();

    /** The stored checksum of a block. */
    int blockChecksum(int block);

    /**
     * Reads one whole block, without comparing its checksum: for a caller that hands the checksum on with the
     * bytes to one who compares.
     *
     * @param block  from 0
     * @param target has room for the block; its position advances by the block's length
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt when the file ends before the block does
     */
    void readUnverified(int block, ByteBuffer target) throws IOException;

    /**
     * Reads one whole block and compares its checksum.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt naming chunk and block; the target's content is
     *     undefined then
     */
    void read(int block, ByteBuffer target) throws IOException;

    @Override
    void close() throws IOException;
}
