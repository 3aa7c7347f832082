package io.chunkserver.core.checksum;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The block checksums of one chunk, collected in order, and the checksum and length that they add up to.
 *
 * <p>Owned by one thread at a time. Adding a block allocates nothing but, now and then, a larger table.
 */
public final class BlockChecksums {

    private static final int INITIAL_BLOCKS = 16;

    private int[] table = new int[INITIAL_BLOCKS];
    private int count;
    private long lengthBytes;
    private int crc32c;

    /**
     * Adds the checksum of the next block.
     *
     * @param blockCrc32c checksum of the block's bytes
     * @param blockBytes  1 to {@link BlockLayout#BLOCK_BYTES}
     * @throws IllegalArgumentException when the block is empty or too long, or the one before was not full
     */
    public void add(int blockCrc32c, int blockBytes) {
        checkNext(blockBytes);
        if (count == table.length) {
            table = Arrays.copyOf(table, count * 2);
        }
        table[count] = blockCrc32c;
        count++;
        lengthBytes += blockBytes;
        crc32c = Crc32c.combine(crc32c, blockCrc32c, blockBytes);
    }

    /** Refuses what {@link #add} would refuse. */
    public void checkNext(int blockBytes) {
        if (blockBytes < 1 || blockBytes > BlockLayout.BLOCK_BYTES) {
            throw new IllegalArgumentException("block " + count + " has " + blockBytes + " bytes; 1 to "
                    + BlockLayout.BLOCK_BYTES + " are allowed");
        }
        if (lengthBytes % BlockLayout.BLOCK_BYTES != 0) {
            throw new IllegalArgumentException(
                    "block " + count + " follows a block that was not full; only the last block may be short");
        }
    }

    /** Blocks added so far. */
    public int count() {
        return count;
    }

    /** Bytes of all blocks. */
    public long lengthBytes() {
        return lengthBytes;
    }

    /** Checksum of all bytes of all blocks. */
    public int crc32c() {
        return crc32c;
    }

    /** The checksum of a block that was added. */
    public int of(int block) {
        if (block < 0 || block >= count) {
            throw new IndexOutOfBoundsException("block " + block + " of " + count);
        }
        return table[block];
    }

    /** Appends all checksums to the buffer, four bytes each, highest byte first. */
    public void writeTo(ByteBuffer target) {
        for (int block = 0; block < count; block++) {
            target.putInt(table[block]);
        }
    }
}
