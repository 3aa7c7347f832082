package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The index checkpoint of a store that nobody has open: what a start would believe without looking.
 *
 * <p>It takes as much memory as the start of a server.
 */
public final class IndexContent {

    private final Disk disk;
    private final Path folder;
    private final StoreLayout layout;
    private final @Nullable Failure damage;
    private final Map<Integer, FileStamp> stamps;
    private final Map<Integer, List<ChunkInfo>> versions;

    private IndexContent(
            Disk disk, Path folder, StoreLayout layout, IndexCheckpoint checkpoint, @Nullable Failure damage) {
        this.disk = disk;
        this.folder = folder;
        this.layout = layout;
        this.damage = damage;
        this.stamps = checkpoint.folders();
        this.versions = checkpoint.versions().stream()
                .collect(Collectors.groupingBy(
                        IndexCheckpoint.Entry::folder,
                        HashMap::new,
                        Collectors.mapping(IndexCheckpoint.Entry::info, Collectors.toList())));
    }

    /**
     * Reads the checkpoint in this folder; none is fine.
     *
     * @param chunks the folder of the chunks that it tells of
     */
    public static IndexContent read(Disk disk, Path folder, Path chunks) throws IOException {
        StoreLayout layout = new StoreLayout(chunks, folder);
        try {
            return new IndexContent(disk, folder, layout, new IndexCheckpointFile(disk, folder).read(), null);
        } catch (ChunkServerException e) {
            return new IndexContent(disk, folder, layout, IndexCheckpoint.NONE, e.failure());
        }
    }

    /** Why it is of no use. */
    public Optional<Failure> damage() {
        return Optional.ofNullable(damage);
    }

    public Path file() {
        return folder.resolve("checkpoint");
    }

    /** Whether a start would believe the index about this folder of chunks, and not look for itself. */
    public boolean isBelieved(Path chunkFolder) throws IOException {
        FileStamp stamp = stamps.get(layout.folderNumber(chunkFolder));
        return stamp != null && disk.stamp(chunkFolder).equals(Optional.of(stamp));
    }

    /** What was published in this place when the checkpoint was written, also when a start would look for itself; empty for nothing. */
    public Optional<ChunkInfo> lastKnown(Path chunkFile) {
        return lastKnownIn(DiskNames.parentOf(chunkFile)).stream()
                .filter(info -> layout.chunkFile(info.id()).equals(chunkFile))
                .findFirst();
    }

    /** The folders of chunks in which it knows any. */
    public Collection<Path> folders() {
        return versions.keySet().stream().map(layout::folder).toList();
    }

    /** What was published in this folder when the checkpoint was written, also when a start would look for itself. */
    public List<ChunkInfo> lastKnownIn(Path chunkFolder) {
        return versions.getOrDefault(layout.folderNumber(chunkFolder), List.of());
    }

    /** Files beside the checkpoint that a crash has left behind. */
    public List<Path> temporaryFiles() throws IOException {
        try {
            return disk.list(folder).stream()
                    .filter(name -> name.toString().endsWith(".tmp"))
                    .map(folder::resolve)
                    .toList();
        } catch (NoSuchFileException none) {
            return List.of();
        }
    }
}
