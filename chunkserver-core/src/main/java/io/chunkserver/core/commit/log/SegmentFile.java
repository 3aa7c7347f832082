package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** An open segment whose header was checked. One thread at a time uses it. */
final class SegmentFile implements Closeable {

    /** Bytes per call to the disk: more does not make it faster and takes more memory. */
    static final int STEP_BYTES = 1024 * 1024;

    private final long number;
    private final Path path;
    private final DiskFile file;
    private final int sizeBytes;

    /** A segment that was just made, or whose header was checked. */
    SegmentFile(long number, Path path, DiskFile file, int sizeBytes) {
        this.number = number;
        this.path = path;
        this.file = file;
        this.sizeBytes = sizeBytes;
    }

    /**
     * Opens a segment and checks its header and size.
     *
     * @throws ChunkServerException when the header is damaged, or is another log's or
     *     another format's
     */
    static SegmentFile open(LogFolder folder, long number) throws IOException {
        return open(folder, number, folder.disk().openForWrite(folder.segment(number)));
    }

    /** The same for reading alone. */
    static SegmentFile openForRead(LogFolder folder, long number) throws IOException {
        return open(folder, number, folder.disk().openForRead(folder.segment(number)));
    }

    private static SegmentFile open(LogFolder folder, long number, DiskFile file) throws IOException {
        Path path = folder.segment(number);
        try {
            return new SegmentFile(number, path, file, checkedSize(folder, number, path, file));
        } catch (IOException | RuntimeException e) {
            closeAfter(e, file);
            throw e;
        }
    }

    /** Reads the header again before it is refused: the bit may have been wrong on the way from the disk. */
    private static int checkedSize(LogFolder folder, long number, Path path, DiskFile file) throws IOException {
        try {
            return checkHeader(folder, number, path, file);
        } catch (ChunkServerException e) {
            return checkHeader(folder, number, path, file);
        }
    }

    private static int checkHeader(LogFolder folder, long number, Path path, DiskFile file) throws IOException {
        long fileBytes = file.size();
        if (fileBytes < SECTOR_BYTES) {
            throw folder.notIntact("segment " + path + " has only " + fileBytes + " bytes");
        }
        ByteBuffer sector = ByteBuffer.allocate(SECTOR_BYTES);
        file.readFully(sector, 0);
        LogSegmentFormat.SegmentHeader header;
        try {
            header = LogSegmentFormat.decodeHeader(sector.flip());
        } catch (MalformedLogException e) {
            throw folder.notIntact("segment " + path + " at offset 0: " + e.getMessage());
        }
        if (header.version() != LogSegmentFormat.VERSION) {
            ErrorCode code =
                    header.version() > LogSegmentFormat.VERSION ? ErrorCode.FORMAT_TOO_NEW : ErrorCode.FORMAT_TOO_OLD;
            throw Failure.of(
                            code,
                            "log segment " + path + " has format version " + header.version() + "; this software reads "
                                    + LogSegmentFormat.VERSION)
                    .withHint("start the version of this software that wrote it")
                    .toException();
        }
        if (!header.logId().equals(folder.logId())) {
            throw Failure.of(
                            ErrorCode.WRONG_SERVER,
                            "log segment " + path + " belongs to log " + header.logId() + ", not to " + folder.logId())
                    .withHint("put back the data directory that belongs together")
                    .toException();
        }
        if (header.number() != number) {
            throw folder.notIntact("segment " + path + " says that it is segment " + header.number());
        }
        if (header.sizeBytes() != fileBytes || fileBytes > TransactionLogConfig.MAX_SEGMENT_BYTES) {
            throw folder.notIntact(
                    "segment " + path + " has " + fileBytes + " bytes where " + header.sizeBytes() + " are expected");
        }
        return (int) fileBytes;
    }

    long number() {
        return number;
    }

    Path path() {
        return path;
    }

    int sizeBytes() {
        return sizeBytes;
    }

    /** Bytes for batches in an empty segment: all but its header and the word that the log goes on. */
    int capacityBytes() {
        return sizeBytes - 2 * SECTOR_BYTES;
    }

    void write(ByteBuffer bytes, int position) throws IOException {
        file.writeFully(bytes, position);
    }

    void force() throws IOException {
        file.force();
    }

    /** Fills the buffer with bytes from this position on. */
    void read(ByteBuffer target, int position) throws IOException {
        int end = target.limit();
        while (target.position() < end) {
            int from = target.position();
            target.limit(Math.min(end, from + STEP_BYTES));
            file.readFully(target, (long) position + from);
        }
    }

    /** Overwrites the bytes from one position up to another with zeros. */
    void clear(int from, int to) throws IOException {
        for (int at = from; at < to; at += STEP_BYTES) {
            file.writeFully(ByteBuffer.allocate(Math.min(STEP_BYTES, to - at)), at);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }

    /** Closes a file on the way out of a failure, which stays the one that is reported. */
    static void closeAfter(Throwable failure, Closeable file) {
        try {
            file.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
