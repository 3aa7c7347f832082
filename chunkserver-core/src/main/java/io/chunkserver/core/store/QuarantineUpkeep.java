package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Destroys files of the quarantine after their time, and none that may be the last copy of something.
 *
 * <p>A file is of no use any more when its version is known and a version as new has been published here since; that is noted in its name
 * the first time it is seen. Before the file is destroyed a version as new is read whole, which is in service at that moment. What cannot be
 * told apart stays: a file whose version nobody knows, one whose chunk was copied to other servers only, and one whose chunk is not here any
 * more, be it that a master had it removed or that its file was lost, are an operator's to remove.
 *
 * <p>For one thread at a time; waits for the disk.
 */
public final class QuarantineUpkeep {

    /** How many files one step destroys; for each of them a chunk is read. */
    private static final int MOST_REMOVALS = 16;

    private static final Logger LOG = LoggerFactory.getLogger(QuarantineUpkeep.class);

    private final Disk disk;
    private final StoreLayout layout;
    private final ChunkStore store;
    private final Quarantine quarantine;

    QuarantineUpkeep(Disk disk, StoreLayout layout, ChunkStore store, Quarantine quarantine) {
        this.disk = disk;
        this.layout = layout;
        this.store = store;
        this.quarantine = quarantine;
    }

    /** Whether the quarantine is empty; does not wait. */
    public boolean nothingToDo() {
        return quarantine.isEmpty();
    }

    /**
     * One bounded step.
     *
     * @param retention how long a file is kept after it was taken out of service
     * @return how many files are in the quarantine after it
     */
    public int runOnce(Instant now, Duration retention) throws IOException {
        List<Quarantine.Entry> entries = quarantine.entries();
        int removals = 0;
        for (Quarantine.Entry entry : entries) {
            if (entry.kind() != Quarantine.Kind.REPLACED) {
                noteIfReplaced(entry);
            } else if (removals < MOST_REMOVALS
                    && !now.isBefore(entry.since().plus(retention))
                    && isReplacedForGood(entry, entries)) {
                quarantine.remove(entry);
                removals++;
                LOG.info(
                        "destroyed {} of the quarantine, which was taken out of service at {}",
                        entry.fileName(),
                        entry.since());
            }
        }
        return entries.size() - removals;
    }

    private void noteIfReplaced(Quarantine.Entry entry) throws IOException {
        Optional<ChunkInfo> published = published(entry);
        if (entry.version().number() > 0
                && published.filter(info -> isAsNew(info, entry)).isPresent()) {
            quarantine.replaced(entry);
        }
    }

    private static boolean isAsNew(ChunkInfo published, Quarantine.Entry entry) {
        return !entry.version().isNewerThan(published.version());
    }

    /** What the store has published under this hash; its file tells which chunk that is. */
    private Optional<ChunkInfo> published(Quarantine.Entry entry) throws IOException {
        Path file = layout.chunkFile(entry.hash());
        try (DiskFile open = disk.openForRead(file)) {
            ChunkInfo info = FooterReader.read(open, file).info();
            return store.stat(info.id()).filter(info::equals);
        } catch (NoSuchFileException | ChunkServerException.Corrupt e) {
            return Optional.empty();
        }
    }

    /** The chunk may be damaged a second time, be lost, or have been stored anew by somebody who knew nothing of what was lost. */
    private boolean isReplacedForGood(Quarantine.Entry entry, List<Quarantine.Entry> all) throws IOException {
        boolean missingAgain = all.stream()
                .anyMatch(other -> other.hash().equals(entry.hash()) && other.kind() == Quarantine.Kind.MISSING);
        if (missingAgain) {
            return false;
        }
        Optional<ChunkInfo> published = published(entry).filter(info -> isAsNew(info, entry));
        if (published.isEmpty()) {
            return false;
        }
        try {
            store.verify(published.get().id());
            return true;
        } catch (ChunkServerException.Corrupt damagedToo) {
            return false;
        }
    }
}
