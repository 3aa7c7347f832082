package io.chunkserver.core.checksum;

import java.nio.ByteBuffer;

/**
 * One block of a chunk on its way, with the checksum that its origin computed.
 *
 * <p>All blocks of a chunk have {@link BlockLayout#BLOCK_BYTES} bytes, but for the last, which has 1 to that many.
 *
 * <p>Within one process a block is compared with its checksum once, however many of those that it passes through ask: the bytes of a
 * block do not change, and of what memory does to them no checksum in memory can tell.
 *
 * <p>Safe for many threads.
 */
public final class CheckedBlock {

    private enum Comparison {
        NOT_YET,
        INTACT,
        DAMAGED
    }

    private final ByteBuffer data;
    private final int crc32c;

    /** Two threads may both compare, and find the same. */
    private volatile Comparison comparison;

    /**
     * A block that came from elsewhere.
     *
     * @param data   the bytes from position to limit; whoever holds the block must not change them and reads through a duplicate
     * @param crc32c CRC-32C of the bytes as the origin computed it, not yet verified
     */
    public CheckedBlock(ByteBuffer data, int crc32c) {
        this(data, crc32c, Comparison.NOT_YET);
    }

    private CheckedBlock(ByteBuffer data, int crc32c, Comparison comparison) {
        this.data = data;
        this.crc32c = crc32c;
        this.comparison = comparison;
    }

    /** A block of bytes that are known to be right: computes their checksum. */
    public static CheckedBlock of(ByteBuffer data) {
        return new CheckedBlock(data, Crc32c.of(data), Comparison.INTACT);
    }

    /** The bytes from position to limit. */
    public ByteBuffer data() {
        return data;
    }

    /** CRC-32C of the bytes as the origin computed it. */
    public int crc32c() {
        return crc32c;
    }

    public int lengthBytes() {
        return data.remaining();
    }

    /** Whether the bytes have the checksum of their origin. */
    public boolean intact() {
        if (comparison == Comparison.NOT_YET) {
            comparison = Crc32c.of(data) == crc32c ? Comparison.INTACT : Comparison.DAMAGED;
        }
        return comparison == Comparison.INTACT;
    }
}
