package io.chunkserver.core.checksum;

import java.nio.ByteBuffer;

/**
 * One block of a chunk on its way, with the checksum that its origin computed.
 *
 * <p>All blocks of a chunk have {@link BlockLayout#BLOCK_BYTES} bytes, but for the last, which has 1 to that many.
 *
 * @param data   the bytes from position to limit; whoever holds the block must not change them and reads through
 *               a duplicate
 * @param crc32c CRC-32C of the bytes as the origin computed it, not yet verified
 */
public record CheckedBlock(ByteBuffer data, int crc32c) {

    /** A block of bytes that are known to be right: computes their checksum. */
    public static CheckedBlock of(ByteBuffer data) {
        return new CheckedBlock(data, Crc32c.of(data));
    }

    public int lengthBytes() {
        return data.remaining();
    }

    /** Whether the bytes still have the checksum of their origin. */
    public boolean intact() {
        return Crc32c.of(data) == crc32c;
    }
}
