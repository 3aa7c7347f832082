package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a store holds when it is opened: from the checkpoint of the index, of folders that nobody has changed since, and from
 * the footers of the files in all others.
 *
 * <p>A published file that is damaged goes to the quarantine and is reported; it is never deleted. So does one of a version older than
 * that which is missing: somebody has put it back, and it must not be read for the newer one. A staged file without a good footer is unfinished,
 * and deleted, unless its version was promised; that one is damaged, and kept in the quarantine. Files of another format stop the opening, for a newer
 * version of this software can read what this one cannot. So does a file that cannot be opened: a process without
 * free file handles must not mistake its chunks for damaged ones.
 *
 * <p>Doing it twice, or again after a crash in its midst, gives the same result.
 */
final class StoreRecovery {

    private static final Logger logger = LoggerFactory.getLogger(StoreRecovery.class);

    private final Disk disk;
    private final StoreLayout layout;
    private final StoreFolders folders;
    private final Set<ChunkInfo> unforced;
    private final Quarantine quarantine;
    private final List<DamageFinding> findings = new ArrayList<>();

    /** Staged files without a footer that can be read, and why; whether that is damage only the log can tell. */
    private final Map<Path, String> damagedStaged = new LinkedHashMap<>();

    private int footersRead;

    /**
     * A recovery.
     *
     * @param folders    is told of all folders
     * @param unforced   gets the versions whose files may not be durable
     * @param quarantine gets what is damaged
     */
    StoreRecovery(Disk disk, StoreLayout layout, StoreFolders folders, Set<ChunkInfo> unforced, Quarantine quarantine) {
        this.disk = disk;
        this.layout = layout;
        this.folders = folders;
        this.unforced = unforced;
        this.quarantine = quarantine;
    }

    /** How many files were looked into. */
    int footersRead() {
        return footersRead;
    }

    /** Files that were moved to the quarantine. */
    List<DamageFinding> findings() {
        return List.copyOf(findings);
    }

    /** Puts every published version into the index, lists every finished staged version and leaves the others to {@link #settleDamaged}. */
    void recover(IndexCheckpoint checkpoint, ChunkIndex index, Map<StageKey, ChunkInfo> finished) throws IOException {
        BitSet unchanged = new BitSet();
        List<Path> changed = new ArrayList<>();
        for (Path upper : names(layout.chunks(), StoreLayout::isFanOut)) {
            if (isFolder(upper)) {
                for (Path lower : names(upper, StoreLayout::isFanOut)) {
                    compare(lower, checkpoint, unchanged, changed);
                }
            }
        }
        believe(checkpoint, unchanged, index);
        for (Path folder : changed) {
            folders.found(folder);
            lookInto(folder, checkpoint, index, finished);
        }
    }

    /** Finds out whether a folder is as the checkpoint has it. */
    private void compare(Path folder, IndexCheckpoint checkpoint, BitSet unchanged, List<Path> changed)
            throws IOException {
        int number = layout.folderNumber(folder);
        FileStamp stamp = checkpoint.folders().get(number);
        if (stamp != null && disk.stamp(folder).filter(stamp::equals).isPresent()) {
            unchanged.set(number);
            folders.unchanged(folder, stamp);
        } else if (isFolder(folder)) {
            changed.add(folder);
        }
    }

    /** Takes the versions of unchanged folders into the index, before any other. */
    private void believe(IndexCheckpoint checkpoint, BitSet unchanged, ChunkIndex index) throws IOException {
        List<ChunkInfo> believed = new ArrayList<>(checkpoint.versions().size());
        for (IndexCheckpoint.Entry entry : checkpoint.versions()) {
            if (unchanged.get(entry.folder()) && isTaken(entry.info())) {
                believed.add(entry.info());
            }
        }
        index.restore(believed);
    }

    private void lookInto(Path folder, IndexCheckpoint checkpoint, ChunkIndex index, Map<StageKey, ChunkInfo> finished)
            throws IOException {
        for (Path file : names(folder, name -> StoreLayout.isChunk(name) || StoreLayout.isStaged(name))) {
            footersRead++;
            if (StoreLayout.isChunk(file.getFileName())) {
                recoverPublished(file, checkpoint, index);
            } else {
                recoverStaged(file, finished);
            }
        }
    }

    private void recoverPublished(Path file, IndexCheckpoint checkpoint, ChunkIndex index) throws IOException {
        try {
            ChunkFooter footer = footer(file);
            if (!layout.chunkFile(footer.chunk()).equals(file)) {
                throw misplaced(file, "chunk " + footer.chunk());
            }
            if (isTaken(footer.info())) {
                index.advance(footer.info());
                noteDurability(footer);
            }
        } catch (ChunkServerException.Corrupt e) {
            quarantine(file, lastKnown(file, checkpoint), e);
        }
    }

    /** Whether a published version belongs into the index; one than which a newer one is missing is set aside. */
    private boolean isTaken(ChunkInfo info) throws IOException {
        if (!quarantine.nothingMissing()) {
            MissingVersion missing = quarantine.missing(StoreLayout.hash(info.id()));
            if (missing != null && missing.version().isNewerThan(info.version())) {
                setAside(info, missing);
                return false;
            }
        }
        return true;
    }

    private void setAside(ChunkInfo info, MissingVersion missing) throws IOException {
        Path file = layout.chunkFile(info.id());
        Quarantine.Entry entry = quarantine.reserve(
                StoreLayout.hash(info.id()), new MissingVersion(info.version(), info.epoch()), Quarantine.Kind.UNKNOWN);
        StoreFolder folder = folders.beginChange(file);
        try {
            move(
                    file,
                    entry,
                    "version " + info.version() + " of chunk " + info.id() + " is older than version "
                            + missing.version() + ", which is committed here and was damaged");
        } finally {
            folder.end(true);
        }
    }

    private void recoverStaged(Path file, Map<StageKey, ChunkInfo> finished) throws IOException {
        try {
            ChunkFooter footer = footer(file);
            if (!layout.stagedFile(footer.chunk(), footer.key()).equals(file)) {
                throw misplaced(file, "staged version " + footer.key());
            }
            finished.put(footer.key(), footer.info());
            noteDurability(footer);
        } catch (ChunkServerException.Corrupt e) {
            damagedStaged.put(file, e.failure().message());
        }
    }

    /** See {@link FileChunkStore#settleDamaged}. */
    void settleDamaged(Supplier<Map<StageKey, ChunkId>> promised) throws IOException {
        if (damagedStaged.isEmpty()) {
            return;
        }
        Map<Path, ChunkId> kept = new HashMap<>();
        promised.get().forEach((key, chunk) -> kept.put(layout.stagedFile(chunk, key), chunk));
        for (Map.Entry<Path, String> damaged : damagedStaged.entrySet()) {
            Path file = damaged.getKey();
            ChunkId chunk = kept.get(file);
            if (chunk == null) {
                logger.info("removing unfinished staged file {}: {}", file, damaged.getValue());
                disk.delete(file);
            } else {
                MissingVersion unknown = new MissingVersion(ChunkVersion.NONE, 0);
                move(
                        file,
                        quarantine.reserve(StoreLayout.hash(chunk), unknown, Quarantine.Kind.UNKNOWN),
                        damaged.getValue() + "; a version of chunk " + chunk + " was promised with it");
            }
        }
        damagedStaged.clear();
    }

    private void noteDurability(ChunkFooter footer) {
        if (footer.durability() != Durability.SYNC) {
            unforced.add(footer.info());
        }
    }

    /** Judges nothing by one reading: a bit may have been wrong on the way from the disk. */
    private ChunkFooter footer(Path file) throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            try {
                return FooterReader.read(open, file);
            } catch (ChunkServerException.Corrupt once) {
                return FooterReader.read(open, file);
            }
        }
    }

    private static ChunkServerException misplaced(Path file, String content) {
        return Failure.of(ErrorCode.CORRUPT, "chunk file " + file + " has another name than that of its " + content)
                .toException();
    }

    /** What the checkpoint had in this place: its version was published once, and is missing from now on. */
    private MissingVersion lastKnown(Path file, IndexCheckpoint checkpoint) {
        int folder = layout.folderNumber(DiskNames.parentOf(file));
        return checkpoint.versions().stream()
                .filter(entry -> entry.folder() == folder)
                .map(IndexCheckpoint.Entry::info)
                .filter(info -> layout.chunkFile(info.id()).equals(file))
                .findFirst()
                .map(info -> new MissingVersion(info.version(), info.epoch()))
                .orElse(new MissingVersion(ChunkVersion.NONE, 0));
    }

    private void quarantine(Path file, MissingVersion missing, ChunkServerException.Corrupt damage) throws IOException {
        move(
                file,
                quarantine.reserve(StoreLayout.hash(file), missing, Quarantine.Kind.MISSING),
                damage.failure().message());
    }

    /** Durable with the folder that the file leaves; until then a crash may undo it, and the next start finds the file again. */
    private void move(Path file, Quarantine.Entry entry, String reason) throws IOException {
        Path target = quarantine.move(file, entry);
        findings.add(new DamageFinding(file, target, reason));
        logger.warn("moved file {} to {}: {}", file, target, reason);
    }

    private boolean isFolder(Path path) throws IOException {
        boolean file = disk.size(path).isPresent();
        if (file) {
            logger.warn("{} is a file where a folder is expected; it is left alone", path);
        }
        return !file;
    }

    private List<Path> names(Path folder, Predicate<Path> ours) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (Path name : disk.list(folder)) {
            if (ours.test(name)) {
                paths.add(folder.resolve(name));
            } else {
                logger.warn("{} is no file of this store; it is left alone", folder.resolve(name));
            }
        }
        return paths;
    }
}
