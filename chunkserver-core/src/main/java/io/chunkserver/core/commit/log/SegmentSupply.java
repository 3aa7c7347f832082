package io.chunkserver.core.commit.log;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.error.ChunkServerException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the next segment ahead of its need, so that appending does not meet a full disk.
 *
 * <p>A segment is made under a temporary name: filled with zeros and forced, then renamed, then the directory forced. So
 * a segment that has its name is whole, and its unused part is zeros.
 *
 * <p>When the disk is full or no file handle is free, what was made is removed again and the supply is starved until {@link #retry}.
 *
 * <p>One thread at a time uses it. Any {@link IOException} out of it means that the disk failed.
 */
final class SegmentSupply implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentSupply.class);

    /*
     * The work is cut into steps of a mebibyte, each forced, which the flusher takes between batches: whoever waits for
     * the log waits for one step at most, and no second thread touches the files.
     */

    private final LogFolder folder;
    private final int segmentBytes;

    private long nextNumber;
    private @Nullable DiskFile filling;
    private int filledBytes;
    private @Nullable SegmentFile ready;
    private boolean starved;

    /** Why it is starved, when that is not for want of room. */
    private ChunkServerException.@Nullable Overloaded withoutHandle;

    private boolean reported;

    /**
     * A supply whose next segment may be there already.
     *
     * @param nextNumber the number of the segment that is {@code ready}, or of the next one to be made
     */
    SegmentSupply(LogFolder folder, int segmentBytes, long nextNumber, @Nullable SegmentFile ready) {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.nextNumber = nextNumber;
        this.ready = ready;
    }

    /** Bytes for batches in the segment that is ready, or 0. */
    int readyBytes() {
        return ready == null ? 0 : ready.capacityBytes();
    }

    /** Whether {@link #step} has something to do. */
    boolean unfinished() {
        return ready == null && !starved;
    }

    /** Lets a starved supply look for room again. */
    void retry() {
        starved = false;
        withoutHandle = null;
    }

    /** Makes all steps that are left; afterwards a segment is ready, or the disk was full since the last retry. */
    void finish() throws IOException {
        while (unfinished()) {
            step();
        }
    }

    /** Does a bounded piece of work. */
    void step() throws IOException {
        if (!unfinished()) {
            return;
        }
        try {
            fill();
        } catch (DiskFullException e) {
            starve(e);
        } catch (ChunkServerException.Overloaded e) {
            withoutHandle = e;
            starve(e);
        }
    }

    private void starve(IOException why) throws IOException {
        starved = true;
        reportOnce(why);
        giveUp();
    }

    /** The failure for want of file handles that starves it, if that does. */
    ChunkServerException.@Nullable Overloaded withoutHandle() {
        return withoutHandle;
    }

    /** Bytes that the file system would still take. */
    long freeBytes() throws IOException {
        return folder.disk().freeBytes();
    }

    /** The segment that is ready. */
    SegmentFile take() {
        SegmentFile taken = ready;
        if (taken == null) {
            throw new IllegalStateException("no log segment is ready");
        }
        ready = null;
        nextNumber++;
        return taken;
    }

    private void fill() throws IOException {
        Path unfinished = folder.unfinished(nextNumber);
        DiskFile file = filling;
        if (file == null) {
            // Asking first spares a disk that stays full the filling and removing of almost a segment with each flush.
            if (folder.disk().freeBytes() < segmentBytes) {
                throw new DiskFullException("the file system has no " + segmentBytes + " bytes");
            }
            file = folder.disk().create(unfinished);
            filling = file;
            filledBytes = 0;
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.min(SegmentFile.STEP_BYTES, segmentBytes - filledBytes));
        if (filledBytes == 0) {
            bytes.put(LogSegmentFormat.encodeHeader(new LogSegmentFormat.SegmentHeader(
                            LogSegmentFormat.VERSION, folder.logId(), nextNumber, segmentBytes)))
                    .rewind();
        }
        int count = bytes.remaining();
        file.writeFully(bytes, filledBytes);
        file.force();
        filledBytes += count;
        if (filledBytes == segmentBytes) {
            Path segment = folder.segment(nextNumber);
            folder.disk().rename(unfinished, segment);
            folder.disk().forceDirectory(folder.path());
            ready = new SegmentFile(nextNumber, segment, file, segmentBytes);
            filling = null;
            reported = false;
        }
    }

    private void reportOnce(IOException why) {
        if (!reported) {
            reported = true;
            LOG.warn(
                    "log segment {} of {} bytes cannot be made, going on in the segment before it: {}",
                    folder.segment(nextNumber),
                    segmentBytes,
                    why.getMessage());
        }
    }

    private void giveUp() throws IOException {
        DiskFile file = filling;
        filling = null;
        if (file != null) {
            file.close();
        }
        Path unfinished = folder.unfinished(nextNumber);
        if (folder.disk().size(unfinished).isPresent()) {
            folder.disk().delete(unfinished);
        }
    }

    @Override
    public void close() throws IOException {
        try (DiskFile unfinished = filling;
                SegmentFile unused = ready) {
            filling = null;
            ready = null;
        }
    }
}
