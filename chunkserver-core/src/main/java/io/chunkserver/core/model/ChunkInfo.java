package io.chunkserver.core.model;

/**
 * What is known of one committed version of a chunk without reading its bytes.
 *
 * @param id          the chunk
 * @param version     1 or above
 * @param transaction the transaction that committed this version
 * @param epoch       the epoch under which it was committed, 0 where no authority hands out epochs
 * @param lengthBytes number of data bytes
 * @param crc32c      CRC-32C of all data bytes
 * @param storedBytes what the version takes on disk, checksums and footer included
 * @param tombstone   true when this version says that the chunk was deleted; then {@code lengthBytes} is 0
 */
public record ChunkInfo(
        ChunkId id,
        ChunkVersion version,
        TransactionId transaction,
        long epoch,
        long lengthBytes,
        int crc32c,
        long storedBytes,
        boolean tombstone) {

    public ChunkInfo {
        if (version.number() < 1 || epoch < 0 || lengthBytes < 0 || storedBytes < lengthBytes) {
            throw new IllegalArgumentException("chunk " + id + " version " + version + " of " + lengthBytes
                    + " bytes in " + storedBytes + " stored bytes, epoch " + epoch + " cannot be");
        }
        if (tombstone && lengthBytes != 0) {
            throw new IllegalArgumentException("tombstone of chunk " + id + " has " + lengthBytes + " bytes");
        }
    }
}
