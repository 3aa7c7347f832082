package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogSegmentFormat.MAX_BATCH_BYTES;
import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;

import io.chunkserver.core.error.ChunkServerException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log: where the next batch goes, and how much room there is for it.
 *
 * <p>One thread at a time uses it. Any {@link IOException} out of it means that the disk failed; a full disk shows as
 * too little room.
 */
final class LogTail implements Closeable {

    private static final int DELETES_PART = 4;

    private static final byte[] CONTINUED = LogRecordFormat.encode(new LogEntry.Continued());

    private final SegmentSupply supply;

    private SegmentFile segment;
    private int position;
    private long nextSequence;

    /**
     * @param supply       gives the segments after this one
     * @param segment      the last segment in use
     * @param position     the first byte after its last batch
     * @param nextSequence the number of the next batch
     */
    LogTail(SegmentSupply supply, SegmentFile segment, int position, long nextSequence) {
        this.supply = supply;
        this.segment = segment;
        this.position = position;
        this.nextSequence = nextSequence;
    }

    SegmentFile segment() {
        return segment;
    }

    /**
     * Whether a batch can be written into the segment as it is.
     *
     * @param batchBytes    what the batch takes on disk
     * @param leftOverBytes what must be left for further batches after it
     */
    boolean fits(int batchBytes, long leftOverBytes) {
        return batchBytes <= Math.min(MAX_BATCH_BYTES, roomBytes()) && hasRoom(batchBytes, leftOverBytes);
    }

    /** What is kept, on a full disk, for deletes and for the ends of transactions. */
    int deletesPartBytes() {
        return segment.sizeBytes() / DELETES_PART;
    }

    /** Bytes that the file system would still take. */
    long freeBytes() throws IOException {
        return supply.freeBytes();
    }

    /**
     * Sees to it that a batch {@link #fits}, making the next segment and going on in it when it must. A batch that does
     * not fit is to be written before room is made for more: a replay relies on that no segment is made before there is
     * a batch in the one before it.
     *
     * @return false when the disk is full; nothing was changed then
     */
    boolean makeRoom(int batchBytes, long leftOverBytes) throws IOException {
        if (!hasRoom(batchBytes, leftOverBytes)) {
            supply.finish();
            if (!hasRoom(batchBytes, leftOverBytes)) {
                return false;
            }
        }
        if (batchBytes > roomBytes()) {
            goOn();
        }
        return true;
    }

    /**
     * Goes on in the next segment, after the present one says so durably: before anybody relies on a batch in the next one, its loss can be
     * told. A segment that earlier software filled to its end has no room for that.
     */
    private void goOn() throws IOException {
        if (segment.sizeBytes() - position >= SECTOR_BYTES) {
            append(List.of(CONTINUED));
        }
        // Every batch in the segment is forced, so nothing is lost by closing it.
        segment.close();
        segment = supply.take();
        position = SECTOR_BYTES;
    }

    private boolean hasRoom(int batchBytes, long leftOverBytes) {
        // What is left in a segment that the log leaves is lost.
        int usable = batchBytes <= roomBytes() ? roomBytes() + supply.readyBytes() : supply.readyBytes();
        return usable - batchBytes >= leftOverBytes;
    }

    /** Room for callers' batches: the last sector is kept to say that the log goes on. */
    private int roomBytes() {
        return Math.max(0, segment.sizeBytes() - position - SECTOR_BYTES);
    }

    /** Writes a batch, for which room was made, and forces it. */
    void write(List<byte[]> entries) throws IOException {
        int size = LogSegmentFormat.batchBytes(
                entries.stream().mapToInt(entry -> entry.length).sum());
        if (size > roomBytes()) {
            throw new IllegalStateException("a batch of " + size + " bytes does not fit into " + segment);
        }
        append(entries);
    }

    private void append(List<byte[]> entries) throws IOException {
        ByteBuffer batch = LogSegmentFormat.encodeBatch(nextSequence, segment.number(), entries);
        int size = batch.remaining();
        segment.write(batch, position);
        segment.force();
        position += size;
        nextSequence++;
    }

    /** Does a bounded piece of work towards the next segment; false when there is none to do. */
    boolean prepareNext() throws IOException {
        boolean unfinished = supply.unfinished();
        supply.step();
        return unfinished;
    }

    /** Why no room could be made, when the disk may well have some. */
    ChunkServerException.@Nullable Overloaded withoutHandle() {
        return supply.withoutHandle();
    }

    /** Lets a disk that was full be asked again. */
    void retry() {
        supply.retry();
    }

    /** Whether the next segment is ready. */
    boolean nextReady() {
        return supply.readyBytes() > 0;
    }

    @Override
    public void close() throws IOException {
        try (SegmentSupply first = supply;
                SegmentFile second = segment) {
            // Both are closed, also when one fails.
        }
    }
}
