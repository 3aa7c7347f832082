package io.chunkserver.transport.protocol;

/**
 * The last frame of a chunk's bytes.
 *
 * @param lengthBytes the length of all bodies since the exchange began
 * @param crc32c      their CRC-32C
 */
public record End(long lengthBytes, int crc32c) {

    public End {
        if (lengthBytes < 0) {
            throw new IllegalArgumentException("length " + lengthBytes + " at the end of a chunk's bytes is below 0");
        }
    }
}
