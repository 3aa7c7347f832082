package io.chunkserver.core;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.store.ChunkReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Copies a range of an open chunk to a stream: whole blocks are read and verified, the bytes asked for are handed on. */
final class VerifiedCopy {

    private VerifiedCopy() {}

    /**
     * Copies.
     *
     * @throws ChunkServerException when the chunk cannot be read
     * @throws IOException of the stream, as it is
     */
    static void copy(ChunkReader reader, ByteRange range, OutputStream target) throws IOException {
        long length = reader.info().lengthBytes();
        if (range.end() > length) {
            throw Failure.of(
                            ErrorCode.RANGE_NOT_SATISFIABLE,
                            "chunk " + reader.info().id() + " has " + length + " bytes; " + range.length()
                                    + " bytes at offset " + range.offset() + " were asked for")
                    .toException();
        }
        if (range.length() == 0) {
            return;
        }
        byte[] bytes = new byte[BlockLayout.BLOCK_BYTES];
        int last = BlockLayout.blockAt(range.end() - 1);
        for (int block = BlockLayout.blockAt(range.offset()); block <= last; block++) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            read(reader, block, buffer);
            long start = (long) block * BlockLayout.BLOCK_BYTES;
            int from = (int) Math.max(0, range.offset() - start);
            int to = (int) Math.min(buffer.position(), range.end() - start);
            target.write(bytes, from, to - from);
        }
    }

    private static void read(ChunkReader reader, int block, ByteBuffer buffer) throws ChunkServerException {
        try {
            reader.read(block, buffer);
        } catch (IOException e) {
            throw ChunkServerException.ofRead(e);
        }
    }
}
