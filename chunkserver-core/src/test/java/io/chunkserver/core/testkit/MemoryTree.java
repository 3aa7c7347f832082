package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.DiskNames;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Directories and files below a root, and how they are found by name. Guarded by its disk. */
record MemoryTree(MemoryDirectory root) {

    /** What a name stands for, if anything. */
    @Nullable
    MemoryNode find(Path name) {
        DiskNames.check(name);
        MemoryNode at = root;
        for (Path element : name) {
            if (!element.toString().isEmpty()) {
                Map<String, MemoryNode> entries = at instanceof MemoryDirectory directory
                        ? directory.current().names()
                        : Map.of();
                at = entries.get(element.toString());
            }
        }
        return at;
    }

    MemoryInode file(Path name) throws IOException {
        MemoryNode node = find(name);
        if (node == null) {
            throw new NoSuchFileException(name.toString());
        }
        if (node instanceof MemoryInode inode) {
            return inode;
        }
        throw new IOException(name + " is a directory");
    }

    MemoryDirectory directory(Path name) throws IOException {
        MemoryNode node = find(name);
        if (node == null) {
            throw new NoSuchFileException(name.toString());
        }
        if (node instanceof MemoryDirectory directory) {
            return directory;
        }
        throw new NotDirectoryException(name.toString());
    }

    /** The entry with this name, which may be free, in its directory, which exists. */
    EntryOperation.Name entry(Path file) throws IOException {
        DiskNames.check(file);
        return new EntryOperation.Name(
                directory(DiskNames.parentOf(file)),
                Objects.requireNonNull(file.getFileName()).toString());
    }

    /** Tells of every file once for each of its names, in the order of the names. */
    void forEachName(Consumer<MemoryInode> action) {
        forEachName(root, action);
    }

    private static void forEachName(MemoryDirectory directory, Consumer<MemoryInode> action) {
        for (MemoryNode node : directory.current().names().values()) {
            if (node instanceof MemoryInode inode) {
                action.accept(inode);
            } else if (node instanceof MemoryDirectory below) {
                forEachName(below, action);
            }
        }
    }

    /** Adds all names and what stands behind them now. */
    void addTo(Fingerprint fingerprint) {
        addTo(fingerprint, root);
    }

    private static void addTo(Fingerprint fingerprint, MemoryDirectory directory) {
        fingerprint.add(directory.current().names().size());
        directory.current().names().forEach((name, node) -> {
            fingerprint.add(name);
            if (node instanceof MemoryInode inode) {
                inode.current().addTo(fingerprint);
            } else if (node instanceof MemoryDirectory below) {
                addTo(fingerprint, below);
            }
        });
    }

    /**
     * The tree as a crash leaves it. This one stays as it is.
     *
     * @param survivors the changes of names that survive beside those that are durable
     * @param choices   what survives of the files' bytes
     */
    MemoryTree afterCrash(CrashMode mode, List<EntryOperation> survivors, CrashChoices choices) {
        Map<MemoryDirectory, DirectoryEntries> entries = new HashMap<>();
        survivors.forEach(operation -> operation.applyTo(
                directory -> entries.computeIfAbsent(directory, any -> new DirectoryEntries(any.durable(mode)))));
        return new MemoryTree(new Remains(mode, choices, entries).of(root));
    }

    private record Remains(
            CrashMode mode,
            CrashChoices choices,
            Map<MemoryDirectory, DirectoryEntries> entries,
            Map<MemoryInode, MemoryInode> files) {

        Remains(CrashMode mode, CrashChoices choices, Map<MemoryDirectory, DirectoryEntries> entries) {
            this(mode, choices, entries, new HashMap<>());
        }

        MemoryDirectory of(MemoryDirectory before) {
            DirectoryEntries left = entries.getOrDefault(before, before.durable(mode));
            DirectoryEntries after = new DirectoryEntries(left.modified());
            after.putAll(left, this::of);
            return new MemoryDirectory(before.number(), after);
        }

        private MemoryNode of(MemoryNode before) {
            if (before instanceof MemoryDirectory directory) {
                return of(directory);
            }
            return files.computeIfAbsent((MemoryInode) before, file -> file.afterCrash(choices));
        }
    }
}
