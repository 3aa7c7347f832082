package io.chunkserver.core.checksum;

/** How a chunk's bytes divide into checksum blocks. */
public final class BlockLayout {

    /** Bytes covered by one checksum. */
    public static final int BLOCK_BYTES = 64 * 1024;

    private BlockLayout() {}

    /** Number of blocks in a chunk; an empty chunk has none. */
    public static int blockCount(long lengthBytes) {
        return Math.toIntExact((lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }

    /** Bytes in the given block of a chunk. */
    public static int blockLength(int block, long lengthBytes) {
        return (int) Math.min(BLOCK_BYTES, lengthBytes - (long) block * BLOCK_BYTES);
    }

    /** The block that holds the byte at this offset. */
    public static int blockAt(long offset) {
        return Math.toIntExact(offset / BLOCK_BYTES);
    }
}
