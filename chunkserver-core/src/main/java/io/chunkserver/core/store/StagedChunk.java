package io.chunkserver.core.store;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.model.ChunkInfo;
import java.io.Closeable;
import java.io.IOException;

/**
 * A version that is being written. Owned by one thread at a time.
 *
 * <p>Closing releases the file handle and nothing else: the staged file stays until it is published or discarded.
 */
public interface StagedChunk extends Closeable {

    /**
     * Appends a block. All blocks are full but the last.
     *
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt with {@code CHECKSUM_MISMATCH} when the bytes do
     *     not have the block's checksum; nothing is written then
     */
    void write(CheckedBlock block) throws IOException;

    /**
     * Completes the file with its checksums and footer and, with durability {@code sync}, forces it and its
     * directory entry.
     *
     * @param lengthBytes the length of all blocks as the origin counted it
     * @param crc32c      their CRC-32C as the origin computed it
     * @return the version as it will be published
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt with {@code CHECKSUM_MISMATCH} when length or
     *     checksum differ from what was written
     */
    ChunkInfo finish(long lengthBytes, int crc32c) throws IOException;

    @Override
    void close() throws IOException;
}
