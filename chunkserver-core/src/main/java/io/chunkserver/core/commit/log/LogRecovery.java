package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;

import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.error.ChunkServerException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a log into a state in which it can be written: makes an empty one, or replays the one that is there and mends
 * what a crash left.
 *
 * <p>Nothing is changed before the whole log was read and found intact. Every change can be cut off by another crash
 * and is then done again by the next start, with the same result.
 */
final class LogRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final LogFolder folder;
    private final LogSetting setting;

    LogRecovery(LogFolder folder, LogSetting setting) {
        this.folder = folder;
        this.setting = setting;
    }

    /**
     * Opens the log.
     *
     * @throws ChunkServerException when it is not intact, or is not this server's
     */
    LogWriter open() throws IOException {
        SortedSet<Long> segments = folder.segments();
        return segments.isEmpty() ? create() : reopen(segments);
    }

    private LogWriter create() throws IOException {
        folder.create();
        folder.removeUnfinished();
        SegmentSupply supply = new SegmentSupply(folder, setting.config().segmentBytes(), 1, null);
        try {
            supply.finish();
            if (supply.readyBytes() == 0) {
                throw new DiskFullException("no room for " + folder.segment(1) + " of "
                        + setting.config().segmentBytes() + " bytes");
            }
        } catch (IOException | RuntimeException e) {
            SegmentFile.closeAfter(e, supply);
            throw e;
        }
        LOG.info("made a transaction log with id {}", folder.logId());
        return writer(
                new LogTail(supply, supply.take(), SECTOR_BYTES, 1),
                new FoldedTransactionTable(),
                new Checkpoints.Start(1, 1, 0, 0));
    }

    private LogWriter reopen(SortedSet<Long> segments) throws IOException {
        Reading reading = read(segments);
        ReplayedTable replayed = reading.table();
        LogReplay replay = reading.replay();
        long oldest = Math.max(segments.first(), replayed.restoredFrom());
        LogTail tail = mend(segments, replay);
        try {
            folder.removeUnfinished();
            folder.remove(segments.first(), oldest - 1);
            // The last segment may have its name from a process that died before it could force that.
            folder.disk().forceDirectory(folder.path());
        } catch (IOException | RuntimeException e) {
            SegmentFile.closeAfter(e, tail);
            throw e;
        }
        FoldedTransactionTable table = replayed.table();
        LOG.info(
                "replayed the transaction log: {} records since the last checkpoint, {} transactions open, {} outcomes",
                replayed.eventsSince(),
                table.openCount(),
                table.outcomes().size());
        return writer(tail, table, replayed.start(oldest));
    }

    /**
     * The log as it was read.
     *
     * @param refusal what is wrong with it, or null when it is intact
     */
    private record Reading(
            ReplayedTable table, LogReplay replay, @Nullable ChunkServerException refusal) {

        /** What would be done about it, empty for nothing; two that cut are the same only where they cut the same bytes. */
        String trouble() {
            if (refusal != null) {
                return String.valueOf(refusal.getMessage());
            }
            LogReplay.Remains remains = replay.remains();
            return remains == null ? "" : remains.toString();
        }
    }

    /**
     * Reads the log, and once more before anything is cut off it or it is refused: a bit that was wrong on the way from the disk looks
     * like a torn batch or like damage, cutting is for ever, and a refusal sends people to look for a copy.
     */
    private Reading read(SortedSet<Long> segments) throws IOException {
        Reading reading = readOnce(segments);
        String seen = reading.trouble();
        if (seen.isEmpty()) {
            return reading;
        }
        LOG.warn("the transaction log is read again, since: {}", seen);
        reading = readOnce(segments);
        if (!reading.trouble().isEmpty() && !reading.trouble().equals(seen)) {
            throw new IOException(
                    "the transaction log does not read the same twice; nothing was changed, start the server again");
        }
        if (reading.refusal() != null) {
            throw reading.refusal();
        }
        return reading;
    }

    /** The last checkpoint mostly is whole, and then half of what is left of the log before it need not be made into records. */
    private Reading readOnce(SortedSet<Long> segments) throws IOException {
        Reading reading = readOnce(segments, true);
        return reading.replay().lacksEntries() ? readOnce(segments, false) : reading;
    }

    private Reading readOnce(SortedSet<Long> segments, boolean mayPassOver) throws IOException {
        ReplayedTable table = new ReplayedTable();
        LogReplay replay = new LogReplay(folder, table, mayPassOver);
        try {
            replay.read(segments);
            return new Reading(table, replay, null);
        } catch (ChunkServerException e) {
            return new Reading(table, replay, e);
        }
    }

    private LogTail mend(SortedSet<Long> segments, LogReplay replay) throws IOException {
        LogReplay.LastBatch last = replay.lastBatch();
        long number = last == null ? segments.first() : last.segment();
        SegmentFile segment = SegmentFile.open(folder, number);
        @Nullable SegmentFile ready = null;
        try {
            if (last != null) {
                writeAgain(segment, last, replay.lastSequence());
            }
            cut(segment, replay.remains());
            segment.force();
            if (segments.last() > number) {
                ready = SegmentFile.open(folder, segments.last());
                cut(ready, replay.remains());
                // Before anything is written to the segment before it: bytes of a torn batch in both would be taken for
                // damage.
                ready.force();
            }
        } catch (IOException | RuntimeException e) {
            SegmentFile.closeAfter(e, segment);
            if (ready != null) {
                SegmentFile.closeAfter(e, ready);
            }
            throw e;
        }
        SegmentSupply supply = new SegmentSupply(folder, setting.config().segmentBytes(), number + 1, ready);
        int position = last == null ? SECTOR_BYTES : last.position() + last.sizeBytes();
        return new LogTail(supply, segment, position, replay.lastSequence() + 1);
    }

    /**
     * Writes the last batch a second time. That it could be read does not show that it is on the disk: the process may
     * have died before the force, and after a failed force the operating system may hold bytes that it takes for
     * written. Those before it were forced before it was written. It is judged once more, so that no wrong bit takes the place of
     * a right one.
     */
    private static void writeAgain(SegmentFile segment, LogReplay.LastBatch last, long sequence) throws IOException {
        ByteBuffer batch = ByteBuffer.allocate(last.sizeBytes());
        segment.read(batch, last.position());
        batch.flip();
        boolean asBefore = LogSegmentFormat.batchHeader(batch, 0, segment.number())
                .filter(header -> header.sequence() == sequence)
                .filter(header -> LogSegmentFormat.bodyChecks(batch, 0, header))
                .isPresent();
        if (!asBefore) {
            throw new IOException("the last batch of transaction log segment " + segment
                    + " does not read the same twice; nothing was changed, start the server again");
        }
        segment.write(batch, last.position());
    }

    /**
     * Removes what a crash left of a batch. It is overwritten with zeros, not only with the next batch: a shorter one
     * would leave some of it behind, to be judged again at the next start. Half-done, this leaves a batch that checks
     * as little as before, since where the crash lost a sector there were zeros already.
     */
    private void cut(SegmentFile segment, LogReplay.@Nullable Remains remains) throws IOException {
        if (remains != null && remains.segment() == segment.number()) {
            LOG.info(
                    "cut a torn batch off the transaction log: bytes {} to {} of {}; it was promised to nobody",
                    remains.from(),
                    remains.to(),
                    segment);
            segment.clear(remains.from(), remains.to());
        }
    }

    private LogWriter writer(LogTail tail, FoldedTransactionTable table, Checkpoints.Start start) {
        Checkpoints checkpoints = new Checkpoints(folder, tail, table, setting, start);
        return new LogWriter(tail, table, checkpoints);
    }
}
