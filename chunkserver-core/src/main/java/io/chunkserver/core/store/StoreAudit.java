package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Compares how many files and bytes the index says that each folder has with what is there, while the store is used. Changes nothing.
 *
 * <p>A folder in which something was changed since the comparison began is left out: the next one may find it quiet. So a difference that
 * is found is none that comes from looking at two things at different moments.
 *
 * <p>One thread at a time uses it. Memory for two numbers per folder, of which there are at most 4096.
 */
public final class StoreAudit {

    private static final int INDEX_PAGE = 10_000;
    private static final int FOLDERS_PER_STEP = 64;

    private final Disk disk;
    private final StoreLayout layout;
    private final ChunkIndex index;

    /** The folders that are still to be compared, with the number of changes at which the index was read. */
    private final Deque<Folder> left = new ArrayDeque<>();

    private final Map<Integer, Sum> indexed = new HashMap<>();
    private final List<Difference> differences = new ArrayList<>();
    private int skipped;
    private int compared;
    private @Nullable ChunkId after;
    private boolean indexRead;

    private record Folder(Path path, StoreFolder state, OptionalLong changes) {}

    /** Files and their bytes. */
    record Sum(long files, long bytes) {

        Sum plus(long moreBytes) {
            return new Sum(files + 1, bytes + moreBytes);
        }
    }

    /**
     * A folder that is not as the index has it.
     *
     * @param folder     below the store's disk
     * @param files      files that are there, minus those that the index has in it
     * @param bytes      bytes that are there, minus those that the index has in it
     */
    public record Difference(Path folder, long files, long bytes) {}

    /**
     * What was found.
     *
     * @param compared folders that were compared
     * @param skipped  folders that were changed meanwhile
     */
    public record Report(int compared, int skipped, List<Difference> differences) {}

    StoreAudit(Disk disk, StoreLayout layout, ChunkIndex index, StoreFolders folders) {
        this.disk = disk;
        this.layout = layout;
        this.index = index;
        folders.all().forEach((path, state) -> left.add(new Folder(path, state, state.quietChanges())));
    }

    /**
     * Does a bounded piece of the work.
     *
     * @return whether there is more to do
     */
    public boolean runOnce() throws IOException {
        if (!indexRead) {
            readIndex();
            return true;
        }
        for (int count = 0; count < FOLDERS_PER_STEP && !left.isEmpty(); count++) {
            compare(left.remove());
        }
        return !left.isEmpty();
    }

    /** What was found up to now. */
    public Report report() {
        return new Report(compared, skipped, List.copyOf(differences));
    }

    private void readIndex() {
        List<ChunkInfo> page = index.list("", after, INDEX_PAGE);
        for (ChunkInfo info : page) {
            indexed.merge(
                    StoreLayout.folderNumber(info.id()),
                    new Sum(1, info.storedBytes()),
                    (sum, one) -> sum.plus(one.bytes()));
            after = info.id();
        }
        indexRead = page.size() < INDEX_PAGE;
    }

    private void compare(Folder folder) throws IOException {
        Sum there = new Sum(0, 0);
        for (Path name : disk.list(folder.path())) {
            if (StoreLayout.isChunk(name)) {
                // A file that is gone by now was removed meanwhile, which the number of changes tells.
                there = there.plus(disk.size(folder.path().resolve(name)).orElse(0));
            }
        }
        if (folder.changes().isEmpty() || !folder.state().quietChanges().equals(folder.changes())) {
            skipped++;
            return;
        }
        compared++;
        Sum expected = indexed.getOrDefault(layout.folderNumber(folder.path()), new Sum(0, 0));
        if (!there.equals(expected)) {
            differences.add(
                    new Difference(folder.path(), there.files() - expected.files(), there.bytes() - expected.bytes()));
        }
    }
}
