package io.chunkserver.core.commit.log;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.Failure;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A log that nobody has open; reading it changes nothing. Memory for one segment and the table.
 *
 * @param segments  how many there are
 * @param damage    why the log is to be refused; null when it is not
 * @param torn      what a crash left after the last batch, which a start cuts; null when there is nothing
 * @param unfinished segments that were being made, which a start removes
 * @param table     what the log adds up to; empty of transactions when it is damaged
 */
public record LogContent(
        int segments, @Nullable Damage damage, @Nullable Torn torn, List<Path> unfinished, TransactionTable table) {

    /** What is wrong, and where it shows. */
    public record Damage(Path file, long offsetBytes, Failure failure) {}

    /** Bytes that belong to no batch, from one offset up to another. */
    public record Torn(Path file, long fromOffset, long toOffset) {}

    /**
     * Reads all of the log in this folder, also what no start needs: it finds damage that a start passes over.
     *
     * @param logId its id; null takes the first segment's word for it
     * @throws IOException when the disk does not let one read, which says nothing about the log
     */
    public static LogContent read(Disk disk, Path folder, @Nullable UUID logId) throws IOException {
        return read(disk, folder, logId, false);
    }

    /** The same as a start would read it: it refuses what a start refuses, and nothing else. */
    public static LogContent readAsAStart(Disk disk, Path folder, @Nullable UUID logId) throws IOException {
        return read(disk, folder, logId, true);
    }

    private static LogContent read(Disk disk, Path folder, @Nullable UUID logId, boolean mayPassOver)
            throws IOException {
        LogFolder unnamed = new LogFolder(disk, folder, new UUID(0, 0));
        SortedSet<Long> segments = unnamed.segments();
        List<Path> unfinished = unnamed.unfinishedSegments();
        if (segments.isEmpty()) {
            return new LogContent(0, null, null, unfinished, new FoldedTransactionTable());
        }
        UUID id = logId == null ? idOf(disk, unnamed.segment(segments.first())) : logId;
        LogFolder log = new LogFolder(disk, folder, id);
        ReplayedTable table = new ReplayedTable();
        LogReplay replay = new LogReplay(log, table, mayPassOver);
        Damage damage = null;
        try {
            replay.read(segments);
        } catch (ChunkServerException e) {
            damage = new Damage(log.segment(replay.currentSegment()), replay.currentOffset(), e.failure());
        }
        if (replay.lacksEntries()) {
            return read(disk, folder, logId, false);
        }
        if (damage != null) {
            return new LogContent(segments.size(), damage, null, unfinished, new FoldedTransactionTable());
        }
        LogReplay.Remains remains = replay.remains();
        Torn torn = remains == null ? null : new Torn(log.segment(remains.segment()), remains.from(), remains.to());
        return new LogContent(segments.size(), null, torn, unfinished, table.table());
    }

    /** The id of no log when the header cannot be read: the replay then says what is wrong with it. */
    private static UUID idOf(Disk disk, Path segment) throws IOException {
        ByteBuffer sector = ByteBuffer.allocate(LogSegmentFormat.SECTOR_BYTES);
        try (DiskFile file = disk.openForRead(segment)) {
            file.readFully(sector, 0);
            return LogSegmentFormat.decodeHeader(sector.flip()).logId();
        } catch (EOFException | NoSuchFileException | MalformedLogException unreadable) {
            return new UUID(0, 0);
        }
    }
}
