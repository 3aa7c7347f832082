package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The folders of a store: made when they are first needed, and forced when names in them may have changed.
 *
 * <p>Safe for many threads; no lock is held while the disk is waited for.
 */
final class StoreFolders {

    private final Disk disk;
    private final StoreLayout layout;

    /** Folders whose names are durable, so that most chunks need not ask; at most 64 and 4096 below them. */
    private final Set<Path> known = ConcurrentHashMap.newKeySet();

    /** The last mark of each changed folder; taken off when no other was made while the folder was forced. */
    private final ConcurrentMap<Path, Long> marks = new ConcurrentHashMap<>();

    /** No two marks are equal, or a mark made late could be taken for one that was forced. */
    private final AtomicLong lastMark = new AtomicLong();

    StoreFolders(Disk disk, StoreLayout layout) {
        this.disk = disk;
        this.layout = layout;
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
                disk.forceDirectory(layout.chunks());
                known.add(upper);
            }
            disk.forceDirectory(upper);
            known.add(folder);
        }
    }

    /** To be called after a chunk file's name was changed, since a force may be under way. */
    void markChanged(Path chunkFile) {
        mark(DiskNames.parentOf(chunkFile));
    }

    /** To be called for a folder in which names may have been changed. */
    void mark(Path folder) {
        marks.put(folder, lastMark.incrementAndGet());
    }

    /** Makes every change durable that was marked before this call. */
    void force() throws IOException {
        for (Map.Entry<Path, Long> folder : List.copyOf(marks.entrySet())) {
            Long mark = folder.getValue();
            disk.forceDirectory(folder.getKey());
            marks.remove(folder.getKey(), mark);
        }
    }
}
