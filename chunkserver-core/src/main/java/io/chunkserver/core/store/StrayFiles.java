package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds chunk files that the index does not know while the store is open: put there by somebody, or left by a deletion that did not get
 * through. Nobody can read them, and the next start would take them for chunks again.
 *
 * <p>Safe for many threads; waits for the disk.
 */
public final class StrayFiles {

    /** How many folders there are to look into. */
    public static final int FOLDERS = 4096;

    private final Disk disk;
    private final StoreLayout layout;
    private final ChunkIndex index;
    private final Map<StageKey, ChunkInfo> finished;
    private final StoreFolders folders;
    private final Quarantine quarantine;

    StrayFiles(
            Disk disk,
            StoreLayout layout,
            ChunkIndex index,
            Map<StageKey, ChunkInfo> finished,
            StoreFolders folders,
            Quarantine quarantine) {
        this.disk = disk;
        this.layout = layout;
        this.index = index;
        this.finished = finished;
        this.folders = folders;
        this.quarantine = quarantine;
    }

    /**
     * Looks into one folder. What is being published or deleted meanwhile may look like a stray for a moment: {@link #setAside} asks again.
     *
     * @param folder from 0 to {@link #FOLDERS} - 1; one that does not exist holds nothing
     */
    public List<StrayFile> in(int folder) throws IOException {
        StoreLayout.checkFolderNumber(folder);
        Path path = layout.folder(folder);
        List<StrayFile> unknown = new ArrayList<>();
        for (Path name : names(path)) {
            if (StoreLayout.isChunk(name)) {
                look(path.resolve(name)).ifPresent(unknown::add);
            }
        }
        return withoutOwner(unknown);
    }

    private List<Path> names(Path folder) throws IOException {
        // Most folders of a small store do not exist, and asking costs less than failing.
        if (disk.stamp(folder).isEmpty()) {
            return List.of();
        }
        try {
            return disk.list(folder);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    /** What speaks for a file being a stray; one that does not tell its chunk may still be the damaged file of a chunk. */
    private Optional<StrayFile> look(Path file) throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            ChunkFooter footer = FooterReader.read(open, file);
            ChunkId chunk = footer.chunk();
            if (!layout.chunkFile(chunk).equals(file)) {
                return unowned(file, "file " + file + " holds chunk " + chunk + ", which has another place");
            }
            boolean known = index.find(chunk).isPresent() || footer.info().equals(finished.get(footer.key()));
            return known
                    ? Optional.empty()
                    : Optional.of(new StrayFile(
                            file,
                            Optional.of(chunk),
                            new MissingVersion(footer.version(), footer.epoch()),
                            "file " + file + " holds version " + footer.version() + " of chunk " + chunk
                                    + ", which is not stored here"));
        } catch (NoSuchFileException deletedMeanwhile) {
            return Optional.empty();
        } catch (ChunkServerException.Corrupt e) {
            return unowned(file, e.failure().message());
        }
    }

    private static Optional<StrayFile> unowned(Path file, String reason) {
        return Optional.of(new StrayFile(file, Optional.empty(), new MissingVersion(ChunkVersion.NONE, 0), reason));
    }

    /**
     * Leaves out the files in places where the index has a chunk: those are damaged and no strays. The place of a chunk is a hash, and
     * there may be millions of chunks: all are looked through once for a whole folder, and only when a file does not tell its chunk.
     */
    private List<StrayFile> withoutOwner(List<StrayFile> unknown) {
        Set<Path> nameless = unknown.stream()
                .filter(stray -> stray.chunk().isEmpty())
                .map(StrayFile::file)
                .collect(Collectors.toSet());
        if (nameless.isEmpty()) {
            return unknown;
        }
        Set<Path> owned = index.all().stream()
                .map(info -> layout.chunkFile(info.id()))
                .filter(nameless::contains)
                .collect(Collectors.toSet());
        return unknown.stream().filter(stray -> !owned.contains(stray.file())).toList();
    }

    /**
     * Moves a file to the quarantine if it is a stray still, and no other name in its folder is being changed: a version that is published
     * in its place meanwhile must not be moved in its stead.
     *
     * @return what was done; empty when it was none any more, or that is not certain now
     */
    public Optional<DamageFinding> setAside(StrayFile stray) throws IOException {
        StoreFolder folder = folders.folderOf(stray.file());
        OptionalLong seen = folder.quietChanges();
        if (seen.isEmpty() || withoutOwner(look(stray.file()).stream().toList()).isEmpty()) {
            return Optional.empty();
        }
        Quarantine.Entry entry =
                quarantine.reserve(StoreLayout.hash(stray.file()), stray.version(), Quarantine.Kind.UNKNOWN);
        if (!folder.beginAlone(seen.getAsLong())) {
            return Optional.empty();
        }
        try {
            return Optional.of(new DamageFinding(stray.file(), quarantine.move(stray.file(), entry), stray.reason()));
        } finally {
            folder.end(true);
        }
    }
}
