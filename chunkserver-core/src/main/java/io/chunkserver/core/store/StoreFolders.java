package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The folders of a store: made when they are first needed, changed in the sight of who writes a checkpoint, and forced when names
 * in them may have changed.
 *
 * <p>Safe for many threads; no lock is held while the disk is waited for.
 */
final class StoreFolders {

    private final Disk disk;
    private final StoreLayout layout;

    /** Folders whose names are durable, so that most chunks need not ask; at most 64 and 4096 below them. */
    private final Set<Path> known = ConcurrentHashMap.newKeySet();

    /** Why a force failed, whichever: the disk may have forgotten what it could not write, and a later force that succeeds says nothing of it. */
    private volatile @Nullable IOException failure;

    /** The folders that hold chunk files, at most 4096. */
    private final ConcurrentMap<Path, StoreFolder> folders = new ConcurrentHashMap<>();

    StoreFolders(Disk disk, StoreLayout layout) {
        this.disk = disk;
        this.layout = layout;
    }

    /** A folder was looked into when the store was opened. */
    void found(Path folder) {
        folders.put(folder, StoreFolder.found());
    }

    /** A folder is as a checkpoint has it. */
    void unchanged(Path folder, FileStamp stamp) {
        folders.put(folder, StoreFolder.unchangedSince(stamp));
    }

    /** All that there are, by their names. */
    Map<Path, StoreFolder> all() {
        return folders;
    }

    /**
     * Makes the folder of a chunk file and makes it durable, since a promise to commit relies on it. It may be there already
     * from a process that died before it could force that, so the first use in a process forces it in any case.
     */
    void makeFor(Path chunkFile) throws IOException {
        Path folder = DiskNames.parentOf(chunkFile);
        if (!known.contains(folder)) {
            disk.createDirectories(folder);
            Path upper = DiskNames.parentOf(folder);
            if (!known.contains(upper)) {
                force(layout.chunks());
                known.add(upper);
            }
            force(upper);
            known.add(folder);
        }
    }

    /** Makes the name of a chunk file durable, and all others in its folder. */
    void forceNameOf(Path chunkFile) throws IOException {
        force(DiskNames.parentOf(chunkFile));
    }

    private void force(Path folder) throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw Failure.of(ErrorCode.DISK_FAILED, "an earlier force of the chunk folders failed")
                    .withHint("mend the disk, and mount it anew or restart the machine before the server starts again")
                    .toException(failed);
        }
        try {
            disk.forceDirectory(folder);
        } catch (ChunkServerException.Overloaded untried) {
            throw untried;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Whether a force has failed: then nothing vouches for what is in the folders any more. */
    boolean haveFailed() {
        return failure != null;
    }

    /** Whether there is a folder for this chunk file: it was found when the store was opened, or a name in it was changed since. */
    boolean isThere(Path chunkFile) {
        return folders.containsKey(DiskNames.parentOf(chunkFile));
    }

    /**
     * A change of the name of a chunk file begins, in a folder that is there; whoever makes it ends it at the folder that is returned.
     */
    StoreFolder beginChange(Path chunkFile) {
        StoreFolder folder = folderOf(chunkFile);
        folder.begin();
        return folder;
    }

    /** What is known of the folder of a chunk file. */
    StoreFolder folderOf(Path chunkFile) {
        return folders.computeIfAbsent(DiskNames.parentOf(chunkFile), name -> StoreFolder.found());
    }

    /**
     * Makes every change durable that was ended before this call, and what was found when the store was opened: it may be the work of
     * a process that died before it could force that.
     */
    void force() throws IOException {
        for (Map.Entry<Path, StoreFolder> entry : folders.entrySet()) {
            StoreFolder folder = entry.getValue();
            if (!folder.isDurable()) {
                long changes = folder.changes();
                force(entry.getKey());
                folder.forced(changes);
            }
        }
    }

    /** How many changes there have been since the store was opened. */
    long changes() {
        return folders.values().stream().mapToLong(StoreFolder::changes).sum();
    }
}
