package io.chunkserver.core.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes checkpoints of the index, for the next start. While it does, the store goes on; no lock is held.
 *
 * <p>A checkpoint is a help and no more. One that meets a full disk is given up; after another failure there are none any more, since
 * the disk cannot be trusted with them. Neither harms the store.
 *
 * <p>Safe for many threads; one at a time writes.
 */
final class CheckpointWriter {

    /*
     * A folder's stamp may only be written if whoever finds the folder with that stamp finds in it the files of the versions that are
     * written, and nothing else. So
     *
     * - its changes were all forced: a crash leaves it as it is, or with a later stamp;
     * - its last change is older than the checkpoint's own file: another one in the same tick of the clock would not be seen;
     * - its names are those of its versions: what is staged or strange must be found by the next start;
     * - its files were forced, too: of others a crash may leave nothing but the name;
     * - it was not changed from before its stamp was taken until after its versions were written.
     *
     * What is known of a folder stays true until its next change, so that most folders need no second look.
     */

    private static final Logger logger = LoggerFactory.getLogger(CheckpointWriter.class);

    /** Room on the disk that is left to chunks and log. */
    private static final long ROOM_BYTES = 64L << 20;

    /** What a version takes, unless its path is very long. */
    private static final long TYPICAL_VERSION_BYTES = 256;

    /** A checkpoint is written soon when so many changes, or files that had to be read, are not in the last one. */
    private static final long MANY_CHANGES = 1000;

    /** And they are a part of the index, since writing takes time in proportion to it. */
    private static final long VERSIONS_PER_CHANGE = 8;

    private final Disk disk;
    private final StoreLayout layout;
    private final ChunkIndex index;
    private final StoreFolders folders;
    private final Set<ChunkInfo> unforced;
    private final IndexCheckpointFile file;

    @GuardedBy("this")
    private boolean failed;

    @GuardedBy("this")
    private boolean saidFull;

    /** Files that were read when the store was opened, as the checkpoint did not know them; 0 once another is written. */
    @GuardedBy("this")
    private long filesRead;

    @GuardedBy("this")
    private long changesWritten;

    @GuardedBy("this")
    private long changesAtLastLook;

    /**
     * A writer.
     *
     * @param unforced versions whose files may not be durable
     */
    CheckpointWriter(
            Disk disk,
            StoreLayout layout,
            ChunkIndex index,
            StoreFolders folders,
            Set<ChunkInfo> unforced,
            IndexCheckpointFile file) {
        this.disk = disk;
        this.layout = layout;
        this.index = index;
        this.folders = folders;
        this.unforced = unforced;
        this.file = file;
    }

    /** The store was opened, for which so many files had to be read. */
    synchronized void opened(long files) {
        filesRead = files;
    }

    /** Whether another checkpoint would say more than the last one. */
    synchronized boolean isOutdated() {
        return unknown(folders.changes()) > 0;
    }

    /** Whether a checkpoint would spare the next opening much, or something and nothing was changed since this was asked last. */
    synchronized boolean isDue() {
        long changes = folders.changes();
        boolean idle = changes == changesAtLastLook;
        changesAtLastLook = changes;
        long unknown = unknown(changes);
        return unknown >= Math.max(MANY_CHANGES, index.size() / VERSIONS_PER_CHANGE) || (unknown > 0 && idle);
    }

    @GuardedBy("this")
    private long unknown(long changes) {
        return failed ? 0 : changes - changesWritten + filesRead;
    }

    /** Writes a checkpoint if it can; all folders were forced a moment ago. */
    synchronized void write() {
        if (failed) {
            return;
        }
        // Also when there is no room: it is not tried again before more is to be written.
        changesWritten = folders.changes();
        filesRead = 0;
        try {
            if (disk.freeBytes() < ROOM_BYTES + TYPICAL_VERSION_BYTES * index.size()) {
                sayFull();
                return;
            }
            try (IndexCheckpointFile.Writer writer = file.write()) {
                write(writer);
            }
        } catch (DiskFullException e) {
            sayFull();
        } catch (ChunkServerException.Overloaded e) {
            logger.warn("{} is not written this time: {}", file, e.getMessage());
        } catch (IOException e) {
            failed = true;
            logger.warn("no more checkpoints of the index: {} cannot be written, starts take longer", file, e);
        }
    }

    @GuardedBy("this")
    private void sayFull() {
        if (!saidFull) {
            saidFull = true;
            logger.warn("no room for {}, the next start takes longer", file);
        }
    }

    private void write(IndexCheckpointFile.Writer writer) throws IOException {
        Map<Integer, Candidate> candidates = candidates(writer.stamp());
        for (ChunkInfo info : index.all()) {
            int folder = StoreLayout.folderNumber(info.id());
            Candidate candidate = candidates.get(folder);
            if (candidate != null) {
                candidate.meet(info);
            }
            writer.add(new IndexCheckpoint.Entry(folder, info));
        }
        candidates.values().removeIf(candidate -> !candidate.isProven());
        Map<Integer, FileStamp> stamps = new TreeMap<>();
        candidates.forEach((folder, candidate) -> stamps.put(folder, candidate.stamp));
        writer.complete(stamps);
        candidates.values().forEach(candidate -> candidate.folder.stamped(candidate.stamp, candidate.changes));
        logger.debug(
                "wrote {} with {} of {} folders",
                file,
                stamps.size(),
                folders.all().size());
    }

    private Map<Integer, Candidate> candidates(FileStamp begun) throws IOException {
        Map<Integer, Candidate> candidates = new TreeMap<>();
        for (Map.Entry<Path, StoreFolder> entry : folders.all().entrySet()) {
            Candidate candidate = candidate(entry.getKey(), entry.getValue(), begun);
            if (candidate != null) {
                candidates.put(layout.folderNumber(entry.getKey()), candidate);
            }
        }
        return candidates;
    }

    private @Nullable Candidate candidate(Path name, StoreFolder folder, FileStamp begun) throws IOException {
        OptionalLong settled = folder.settledChanges();
        if (settled.isEmpty()) {
            return null;
        }
        long changes = settled.getAsLong();
        FileStamp known = folder.stampAfter(changes);
        if (known != null) {
            return new Candidate(folder, changes, known, null);
        }
        FileStamp stamp = disk.stamp(name).orElse(null);
        return stamp != null && stamp.isOlderThan(begun)
                ? new Candidate(folder, changes, stamp, new HashSet<>(disk.list(name)))
                : null;
    }

    /** A folder whose stamp may be written if nothing speaks against it. */
    private final class Candidate {

        private final StoreFolder folder;
        private final long changes;
        private final FileStamp stamp;

        /** Names that no version has explained yet; null when they are known to be right. */
        private final @Nullable Set<Path> unexplained;

        private boolean refuted;

        Candidate(StoreFolder folder, long changes, FileStamp stamp, @Nullable Set<Path> names) {
            this.folder = folder;
            this.changes = changes;
            this.stamp = stamp;
            this.unexplained = names;
        }

        /** This version's file must be in the folder. */
        void meet(ChunkInfo info) {
            if (unexplained != null) {
                boolean there = unexplained.remove(layout.chunkFile(info.id()).getFileName());
                refuted |= !there || unforced.contains(info);
            }
        }

        boolean isProven() {
            return !refuted
                    && (unexplained == null || unexplained.isEmpty())
                    && folder.settledChanges().equals(OptionalLong.of(changes));
        }
    }
}
