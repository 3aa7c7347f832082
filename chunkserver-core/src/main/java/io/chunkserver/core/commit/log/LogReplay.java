package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads all segments of a log, in order, and judges them; changes nothing.
 *
 * <p>The log ends with its last batch that checks. If what follows holds the header of a later batch, that batch was
 * written after all before it were forced: the log was damaged and is refused. If not, what follows is what a crash left
 * of one batch that was promised to nobody: it is to be cut.
 *
 * <p>Reads each segment once, so that it takes time in proportion to the log.
 *
 * <p>It may pass over what the first segment has before its last checkpoint, which stands for it: those batches are checked as all are,
 * and their entries are not read. Whoever allows it has to read again without when that checkpoint turns out to be cut off.
 */
final class LogReplay {

    private final LogFolder folder;
    private final ReplayedTable table;
    private final boolean mayPassOver;

    private boolean passedOver;
    private long lastSequence;
    private @Nullable LastBatch lastBatch;
    private long continuedIn;
    private boolean ended;
    private @Nullable Remains remains;
    private ByteBuffer buffer = ByteBuffer.allocate(0);
    private long currentSegment;
    private int currentOffset;

    /** Where the last batch is. */
    record LastBatch(long segment, int position, int sizeBytes) {}

    /** Bytes where no batch is, the last of them not zero, and their checksum. */
    record Remains(long segment, int from, int to, int crc32c) {}

    /**
     * A replay.
     *
     * @param table       gets the entries
     * @param mayPassOver whether it may spare the table those that a checkpoint seems to stand for
     */
    LogReplay(LogFolder folder, ReplayedTable table, boolean mayPassOver) {
        this.folder = folder;
        this.table = table;
        this.mayPassOver = mayPassOver;
    }

    /** Whether the table was not given all entries, and no checkpoint that it was given makes up for that. */
    boolean lacksEntries() {
        return passedOver && !table.restored();
    }

    /** The last batch; null in a log without one. */
    @Nullable
    LastBatch lastBatch() {
        return lastBatch;
    }

    /** What a crash left after the last batch; null when there is nothing. */
    @Nullable
    Remains remains() {
        return remains;
    }

    /** The number of the last batch, 0 in a log without one. */
    long lastSequence() {
        return lastSequence;
    }

    /** The segment that was read last: when reading has failed, the one at fault. */
    long currentSegment() {
        return currentSegment;
    }

    /** Up to where its batches were good. */
    int currentOffset() {
        return currentOffset;
    }

    /**
     * Reads the segments, of which there is at least one.
     *
     * @throws ChunkServerException {@code CORRUPT} when the log is not intact
     */
    void read(SortedSet<Long> segments) throws IOException {
        long expected = segments.first();
        for (long number : segments) {
            currentSegment = expected;
            currentOffset = 0;
            if (number != expected) {
                throw folder.notIntact(
                        "segment " + folder.segment(expected) + " is missing, but there is " + folder.segment(number));
            }
            readSegment(number, number == segments.first());
            expected++;
        }
        buffer = ByteBuffer.allocate(0);
        if (continuedIn > segments.last()) {
            currentSegment = continuedIn;
            currentOffset = 0;
            throw folder.notIntact("segment " + folder.segment(continuedIn) + " is missing: "
                    + folder.segment(segments.last()) + " says that the log goes on there");
        }
        if (segments.first() > 1 && !table.restored()) {
            throw folder.notIntact("it begins with " + folder.segment(segments.first())
                    + " and holds no whole checkpoint that stands for the segments before it");
        }
        // A segment is made only after a batch in the one before it was forced.
        long lastUsed = lastBatch == null ? segments.first() : lastBatch.segment();
        if (segments.last() > lastUsed + 1) {
            throw folder.notIntact("its last batch is in " + folder.segment(lastUsed) + ", but there is also "
                    + folder.segment(segments.last()));
        }
    }

    private void readSegment(long number, boolean first) throws IOException {
        ByteBuffer image = load(number);
        int at = SECTOR_BYTES;
        int needed = first && mayPassOver ? lastCheckpoint(image, number) : at;
        currentOffset = at;
        while (!ended) {
            Optional<LogSegmentFormat.BatchHeader> header = successor(image, at, number, first);
            if (header.isEmpty()) {
                break;
            }
            if (at < needed) {
                passedOver = true;
            } else {
                applyBatch(image, at, number, header.get());
            }
            noteBatch(at, number, header.get());
            at += header.get().sizeBytes();
            currentOffset = at;
        }
        // The log never leaves a segment empty: if nothing is here, nothing may come after.
        ended |= at == SECTOR_BYTES;
        refuseLaterBatch(image, at, number);
        noteRemains(image, at, number);
    }

    /**
     * Where the last checkpoint of this segment begins, or the first batch when there is none. It is no more than a guess: neither the
     * bodies were checked up to there, nor is it known whether the checkpoint ends.
     */
    private static int lastCheckpoint(ByteBuffer image, long number) {
        int last = SECTOR_BYTES;
        int at = SECTOR_BYTES;
        Optional<LogSegmentFormat.BatchHeader> header = LogSegmentFormat.batchHeader(image, at, number);
        while (header.isPresent() && header.get().sizeBytes() <= image.limit() - at) {
            if (LogRecordFormat.isCheckpointBegin(LogSegmentFormat.entries(image, at, header.get()))) {
                last = at;
            }
            at += header.get().sizeBytes();
            header = LogSegmentFormat.batchHeader(image, at, number);
        }
        return last;
    }

    private ByteBuffer load(long number) throws IOException {
        try (SegmentFile segment = SegmentFile.openForRead(folder, number)) {
            if (buffer.capacity() < segment.sizeBytes()) {
                buffer = ByteBuffer.allocate(segment.sizeBytes());
            }
            buffer.clear().limit(segment.sizeBytes());
            segment.read(buffer, 0);
            return buffer.flip();
        }
    }

    private Optional<LogSegmentFormat.BatchHeader> successor(ByteBuffer image, int at, long number, boolean first) {
        // The first batch of a log that was compacted may have any number.
        boolean any = first && number > 1 && at == SECTOR_BYTES;
        return LogSegmentFormat.batchHeader(image, at, number)
                .filter(header -> any || header.sequence() == lastSequence + 1)
                .filter(header -> LogSegmentFormat.bodyChecks(image, at, header));
    }

    private void applyBatch(ByteBuffer image, int at, long number, LogSegmentFormat.BatchHeader header)
            throws IOException {
        ByteBuffer entries = LogSegmentFormat.entries(image, at, header);
        try {
            for (int i = 0; i < header.entries(); i++) {
                apply(LogRecordFormat.decode(entries), number);
            }
            if (entries.hasRemaining()) {
                throw new MalformedLogException(entries.remaining() + " bytes too many");
            }
        } catch (MalformedLogException e) {
            throw folder.notIntact("the batch at offset " + at + " of " + folder.segment(number)
                    + " checks, but makes no sense: " + e.getMessage());
        }
    }

    private void noteBatch(int at, long number, LogSegmentFormat.BatchHeader header) {
        lastSequence = header.sequence();
        lastBatch = new LastBatch(number, at, header.sizeBytes());
        // What follows the batches of an earlier segment was never in use: the log went on here.
        remains = null;
    }

    /** That the log goes on says nothing about transactions, and may stand in the midst of a checkpoint. */
    private void apply(LogEntry entry, long number) throws MalformedLogException {
        if (entry instanceof LogEntry.Continued) {
            continuedIn = number + 1;
        } else {
            table.apply(entry, number);
        }
    }

    private void refuseLaterBatch(ByteBuffer image, int from, long number) throws ChunkServerException {
        for (int at = from; at < image.limit(); at += SECTOR_BYTES) {
            // The batch that a crash tore has the next number, and begins just here.
            long allowed = at == from ? lastSequence + 1 : lastSequence;
            Optional<LogSegmentFormat.BatchHeader> later =
                    LogSegmentFormat.batchHeader(image, at, number).filter(header -> header.sequence() > allowed);
            if (later.isPresent()) {
                throw folder.notIntact("batch " + (lastSequence + 1) + " is missing or damaged " + describeEnd(number)
                        + ", but batch " + later.get().sequence() + " is at offset " + at + " of "
                        + folder.segment(number));
            }
        }
    }

    private void noteRemains(ByteBuffer image, int from, long number) throws ChunkServerException {
        int to = image.limit();
        while (to > from && image.getLong(to - Long.BYTES) == 0) {
            to -= Long.BYTES;
        }
        if (to == from) {
            return;
        }
        if (remains != null) {
            throw folder.notIntact("there are bytes that belong to no batch at offset " + remains.from() + " of "
                    + folder.segment(remains.segment()) + " and at offset " + from + " of " + folder.segment(number)
                    + ", but a crash leaves such bytes in one place only");
        }
        remains = new Remains(
                number, from, to, Crc32c.of(image.duplicate().position(from).limit(to)));
    }

    private String describeEnd(long number) {
        if (lastBatch == null) {
            return "at offset " + SECTOR_BYTES + " of " + folder.segment(number);
        }
        return "after offset " + (lastBatch.position() + lastBatch.sizeBytes()) + " of "
                + folder.segment(lastBatch.segment());
    }
}
