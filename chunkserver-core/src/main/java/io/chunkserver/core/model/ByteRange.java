package io.chunkserver.core.model;

/**
 * Consecutive bytes of a chunk.
 *
 * @param offset first byte, from 0
 * @param length number of bytes, 0 or above
 */
public record ByteRange(long offset, long length) {

    public ByteRange {
        if (offset < 0 || length < 0 || offset > Long.MAX_VALUE - length) {
            throw new IllegalArgumentException(
                    "byte range of " + length + " bytes at offset " + offset + " is not a range");
        }
    }

    /** The offset one past the last byte. */
    public long end() {
        return offset + length;
    }
}
