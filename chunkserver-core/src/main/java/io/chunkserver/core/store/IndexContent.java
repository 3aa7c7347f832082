package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
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
    private final @Nullable IOException failure;
    private final Map<Integer, FileStamp> stamps;
    private final Map<Integer, List<ChunkInfo>> versions;

    private IndexContent(
            Disk disk, Path folder, StoreLayout layout, IndexCheckpoint checkpoint, @Nullable IOException failure) {
        this.disk = disk;
        this.folder = folder;
        this.layout = layout;
        this.failure = failure;
        this.stamps = checkpoint.folders();
        this.versions = checkpoint.versions().stream()
                .collect(Collectors.groupingBy(
                        IndexCheckpoint.Entry::folder,
                        HashMap::new,
                        Collectors.mapping(IndexCheckpoint.Entry::info, Collectors.toList())));
    }

    /**
     * Reads the checkpoint in this folder; none is fine. Of one that is damaged, or that the disk does not let one read, nothing is known.
     *
     * @param chunks the folder of the chunks that it tells of
     */
    public static IndexContent read(Disk disk, Path folder, Path chunks) {
        StoreLayout layout = new StoreLayout(chunks, folder);
        try {
            return new IndexContent(disk, folder, layout, new IndexCheckpointFile(disk, folder).read(), null);
        } catch (IOException e) {
            return new IndexContent(disk, folder, layout, IndexCheckpoint.NONE, e);
        }
    }

    /** Why it is of no use. */
    public Optional<Failure> damage() {
        return failure instanceof ChunkServerException damage ? Optional.of(damage.failure()) : Optional.empty();
    }

    /** Why the disk does not let one read it, which says nothing about what is in it. */
    public Optional<IOException> unreadable() {
        return damage().isPresent() ? Optional.empty() : Optional.ofNullable(failure);
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
}
