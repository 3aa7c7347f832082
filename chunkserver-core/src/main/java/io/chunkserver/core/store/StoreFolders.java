package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.disk.FolderForces;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

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

    private final FolderForces forces;

    /** The folders that hold chunk files, at most 4096. */
    private final ConcurrentMap<Path, StoreFolder> folders = new ConcurrentHashMap<>();

    StoreFolders(Disk disk, StoreLayout layout) {
        this.disk = disk;
        this.forces = new FolderForces(disk, "the chunk folders");
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
                forces.force(layout.chunks());
                known.add(upper);
            }
            forces.force(upper);
            known.add(folder);
        }
    }

    /** Makes the name of a chunk file durable, and all others in its folder. */
    void forceNameOf(Path chunkFile) throws IOException {
        forces.force(DiskNames.parentOf(chunkFile));
    }

    /** Whether a force has failed: then nothing vouches for what is in the folders any more. */
    boolean haveFailed() {
        return forces.haveFailed();
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
                forces.force(entry.getKey());
                folder.forced(changes);
            }
        }
    }

    /** How many changes there have been since the store was opened. */
    long changes() {
        return folders.values().stream().mapToLong(StoreFolder::changes).sum();
    }
}
