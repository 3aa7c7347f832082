package io.chunkserver.core.commit.log;

import io.chunkserver.core.checksum.Crc32c;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The bytes of a segment file. Pure: no I/O, no state.
 *
 * <pre>
 *   segment = header sector, batches one after the other, zeros to the end of the file
 *
 *   header sector (512 bytes; these places are kept by every later format version)
 *   +---------------+-----------+-----------+-----------+---------+----------------+-----------+
 *   | "CHUNKLOG"  8 | version 4 | log id 16 | number  8 | size  8 | zeros          | CRC-32C 4 |
 *   +---------------+-----------+-----------+-----------+---------+----------------+-----------+
 *   0               8           12          28          36        44               508
 *
 *   batch (begins and ends at a multiple of 512)
 *   +----------+-----------+------------+-----------+----------------+---------------+-----------------+
 *   | "CLB1" 4 | entries 4 | sequence 8 | segment 8 | entries' bytes 4 | body CRC-32C 4 | header CRC-32C 4 |
 *   +----------+-----------+------------+-----------+----------------+---------------+-----------------+
 *   0          4           8            16          24               28              32               36
 *   | body: the entries, see LogRecordFormat, then zeros to the next multiple of 512                    |
 *   +---------------------------------------------------------------------------------------------------+
 *
 *   all numbers big-endian; the body's checksum covers the zeros, the header's covers the 32 bytes before it
 * </pre>
 *
 * <p><b>Why a checksum per batch.</b> A batch is what one force makes durable, and it is forced before the next is
 * written. So a crash can tear exactly one batch, the last; a batch that is there in part was promised to nobody and is
 * cut wholly, and a batch that has a successor was forced, so if it does not check, it was damaged later.
 *
 * <p><b>Why whole sectors.</b> A torn write leaves sectors of 512 bytes old or new. A batch that shared a sector with
 * its successor could be destroyed by the tearing of that successor's write, after it had been promised.
 *
 * <p><b>Why a sequence.</b> Batches count from 1 without gaps through all segments. What follows a batch is its
 * successor only if it has the next number, and a later number anywhere proves that something before it is missing.
 */
final class LogSegmentFormat {

    /** The unit in which a torn write is old or new. */
    static final int SECTOR_BYTES = 512;

    /** The largest batch; a larger one would make those who wait for it wait longer than one more force. */
    static final int MAX_BATCH_BYTES = 1024 * 1024;

    static final int BATCH_HEADER_BYTES = 36;

    static final int VERSION = 1;

    private static final long SEGMENT_MAGIC = 0x4348554E4B4C4F47L; // CHUNKLOG
    private static final int SEGMENT_CRC_AT = SECTOR_BYTES - Integer.BYTES;
    private static final int BATCH_MAGIC = 0x434C4231; // CLB1
    private static final int BATCH_CRC_AT = BATCH_HEADER_BYTES - Integer.BYTES;

    private LogSegmentFormat() {}

    /**
     * The first sector of a segment.
     *
     * @param version   the format's version
     * @param logId     the log it belongs to
     * @param number    its place in the log, from 1
     * @param sizeBytes the size of its file
     */
    record SegmentHeader(int version, UUID logId, long number, long sizeBytes) {}

    /**
     * The header of a batch that checks.
     *
     * @param entries      number of entries
     * @param entriesBytes their length
     */
    record BatchHeader(long sequence, int entries, int entriesBytes, int bodyCrc) {

        /** Bytes on disk from the header to the next batch. */
        int sizeBytes() {
            return batchBytes(entriesBytes);
        }
    }

    /** What a batch with this many bytes of entries takes on disk. */
    static int batchBytes(int entriesBytes) {
        int bytes = BATCH_HEADER_BYTES + entriesBytes;
        return (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES * SECTOR_BYTES;
    }

    static ByteBuffer encodeHeader(SegmentHeader header) {
        ByteBuffer sector = ByteBuffer.allocate(SECTOR_BYTES)
                .putLong(SEGMENT_MAGIC)
                .putInt(header.version())
                .putLong(header.logId().getMostSignificantBits())
                .putLong(header.logId().getLeastSignificantBits())
                .putLong(header.number())
                .putLong(header.sizeBytes());
        sector.putInt(SEGMENT_CRC_AT, Crc32c.of(sector.slice(0, SEGMENT_CRC_AT)));
        return sector.rewind();
    }

    /**
     * Reads a header of any version; the checksum is compared first, so that damage is never taken for a version.
     *
     * @param sector {@value #SECTOR_BYTES} bytes
     */
    static SegmentHeader decodeHeader(ByteBuffer sector) throws MalformedLogException {
        if (sector.remaining() != SECTOR_BYTES) {
            throw new MalformedLogException("the header has " + sector.remaining() + " bytes");
        }
        ByteBuffer in = sector.slice();
        if (in.getLong() != SEGMENT_MAGIC) {
            throw new MalformedLogException("the header does not begin with the mark of a log segment");
        }
        if (in.getInt(SEGMENT_CRC_AT) != Crc32c.of(in.slice(0, SEGMENT_CRC_AT))) {
            throw new MalformedLogException("the header does not match its checksum");
        }
        return new SegmentHeader(in.getInt(), new UUID(in.getLong(), in.getLong()), in.getLong(), in.getLong());
    }

    /**
     * A batch of encoded entries, ready to be written.
     *
     * @param entries at least one, and together with the header at most {@value #MAX_BATCH_BYTES} bytes
     */
    static ByteBuffer encodeBatch(long sequence, long segment, List<byte[]> entries) {
        int entriesBytes = entries.stream().mapToInt(entry -> entry.length).sum();
        int size = batchBytes(entriesBytes);
        if (entries.isEmpty() || size > MAX_BATCH_BYTES) {
            throw new IllegalArgumentException(
                    "a batch of " + entries.size() + " entries and " + size + " bytes cannot be");
        }
        ByteBuffer batch = ByteBuffer.allocate(size).position(BATCH_HEADER_BYTES);
        entries.forEach(batch::put);
        int bodyCrc = Crc32c.of(batch.slice(BATCH_HEADER_BYTES, size - BATCH_HEADER_BYTES));
        batch.rewind()
                .putInt(BATCH_MAGIC)
                .putInt(entries.size())
                .putLong(sequence)
                .putLong(segment)
                .putInt(entriesBytes)
                .putInt(bodyCrc)
                .putInt(Crc32c.of(batch.slice(0, BATCH_CRC_AT)));
        return batch.rewind();
    }

    /**
     * The batch header at this place, if there is one that checks.
     *
     * @param image   the bytes of a whole segment
     * @param at      a multiple of {@value #SECTOR_BYTES}
     * @param segment the segment's number
     */
    static Optional<BatchHeader> batchHeader(ByteBuffer image, int at, long segment) {
        if (image.limit() - at < SECTOR_BYTES
                || image.getInt(at) != BATCH_MAGIC
                || image.getLong(at + 16) != segment
                || image.getInt(at + BATCH_CRC_AT) != Crc32c.of(image.slice(at, BATCH_CRC_AT))) {
            return Optional.empty();
        }
        int entriesBytes = image.getInt(at + 24);
        if (entriesBytes < 0 || entriesBytes > MAX_BATCH_BYTES - BATCH_HEADER_BYTES) {
            return Optional.empty();
        }
        return Optional.of(
                new BatchHeader(image.getLong(at + 8), image.getInt(at + 4), entriesBytes, image.getInt(at + 28)));
    }

    /** Whether the body of the batch at this place is all there. */
    static boolean bodyChecks(ByteBuffer image, int at, BatchHeader header) {
        int size = header.sizeBytes();
        return size <= image.limit() - at
                && header.bodyCrc() == Crc32c.of(image.slice(at + BATCH_HEADER_BYTES, size - BATCH_HEADER_BYTES));
    }

    /** The bytes of the entries of the batch at this place. */
    static ByteBuffer entries(ByteBuffer image, int at, BatchHeader header) {
        return image.slice(at + BATCH_HEADER_BYTES, header.entriesBytes());
    }
}
