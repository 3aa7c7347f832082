package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
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

    /** Chunk folders that exist, so that most chunks need not ask; at most 4096. */
    private final Set<Path> known = ConcurrentHashMap.newKeySet();

    /** The last mark of each changed folder; taken off when no other was made while the folder was forced. */
    private final ConcurrentMap<Path, Long> marks = new ConcurrentHashMap<>();

    /** No two marks are equal, or a mark made late could be taken for one that was forced. */
    private final AtomicLong lastMark = new AtomicLong();

    StoreFolders(Disk disk, StoreLayout layout) {
        this.disk = disk;
        this.layout = layout;
    }

    /** Makes the folder of a chunk file. */
    void makeFor(Path chunkFile) throws IOException {
        Path folder = DiskNames.parentOf(chunkFile);
        if (!known.contains(folder)) {
            disk.createDirectories(folder);
            // Marked before it is known: whoever finds the folder known relies on the mark.
            markParents(folder);
            known.add(folder);
        }
    }

    /** To be called after a chunk file's name was changed, since a force may be under way. */
    void markChanged(Path chunkFile) {
        mark(DiskNames.parentOf(chunkFile));
    }

    /** To be called after a chunk file was moved here from the staged ones. */
    void markMoved(Path chunkFile) {
        markChanged(chunkFile);
        mark(layout.staged());
    }

    /** To be called for a chunk file that another process may have put in its place. */
    void markInherited(Path chunkFile) {
        markMoved(chunkFile);
        markParents(DiskNames.parentOf(chunkFile));
    }

    private void markParents(Path folder) {
        mark(DiskNames.parentOf(folder));
        mark(layout.chunks());
    }

    private void mark(Path folder) {
        marks.put(folder, lastMark.incrementAndGet());
    }

    /**
     * Makes every change durable that was marked before this call.
     *
     * <p>Folders above are forced before those below, and the folder of staged files last: a file that is moved out of
     * it must have its new name on disk before it loses its old one.
     */
    void force() throws IOException {
        List<Map.Entry<Path, Long>> marked = marks.entrySet().stream()
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .sorted(Map.Entry.comparingByKey(Comparator.<Path, Boolean>comparing(layout.staged()::equals)
                        .thenComparing(Path::getNameCount)
                        .thenComparing(Comparator.naturalOrder())))
                .toList();
        for (Map.Entry<Path, Long> folder : marked) {
            disk.forceDirectory(folder.getKey());
            marks.remove(folder.getKey(), folder.getValue());
        }
    }
}
