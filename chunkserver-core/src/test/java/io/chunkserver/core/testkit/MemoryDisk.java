package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that forgets, in a {@link #crash}, what was not forced.
 *
 * <p><b>Crashes.</b> {@link #crash} leaves what {@link Disk} guarantees and nothing more: of each file the bytes of its
 * last {@link DiskFile#force}, of each directory the names of its last {@link #forceDirectory}. A rename over two
 * directories that was forced in the new one only leaves both names; forced in the old one only, it is durable in both.
 * Files that were open at the crash can no longer be used, and locks are released.
 *
 * <p><b>Capacity.</b> Files take whole blocks of {@value #BLOCK_BYTES} bytes, names take nothing. A write that does not
 * fit is cut short, and one of which nothing fits is a {@link DiskFullException}. A deleted file frees its room when it
 * is closed.
 *
 * <p><b>Determinism.</b> What it does depends on nothing but the calls. Files have at most 2 GiB.
 *
 * <p><b>Threads.</b> Safe for many threads; all calls exclude each other.
 */
public final class MemoryDisk implements Disk {

    /** The unit in which files take room. */
    public static final int BLOCK_BYTES = 4096;

    private final MemoryDirectory root = new MemoryDirectory();
    private final long capacityBytes;
    private final Set<MemoryFile> openFiles = new HashSet<>();
    private final Set<Path> locks = new HashSet<>();
    private long usedBytes;

    /** Counts crashes, so that closing a lock from before one does not release a lock from after it. */
    private long boots;

    /** A disk with room for 1 TiB. */
    public MemoryDisk() {
        this(1L << 40);
    }

    public MemoryDisk(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** Takes the power away and brings it back: only what was forced is left. */
    public synchronized void crash() {
        openFiles.forEach(MemoryFile::die);
        openFiles.clear();
        locks.clear();
        boots++;
        root.crash();
        usedBytes = 0;
        Set<MemoryInode> inodes = new HashSet<>();
        forEachName(root, inode -> {
            inode.forgetUsers();
            inodes.add(inode);
        });
        forEachName(root, MemoryInode::addName);
        inodes.forEach(inode -> usedBytes += roomOf(inode.current().size()));
    }

    private static void forEachName(MemoryDirectory directory, Consumer<MemoryInode> action) {
        for (MemoryNode node : directory.current().values()) {
            if (node instanceof MemoryInode inode) {
                action.accept(inode);
            } else if (node instanceof MemoryDirectory below) {
                forEachName(below, action);
            }
        }
    }

    /** How many files are open: 0 when whoever uses the disk has cleaned up. */
    public synchronized int openFiles() {
        return openFiles.size();
    }

    /** Bytes taken by files, deleted ones that are still open included. */
    public synchronized long usedBytes() {
        return usedBytes;
    }

    // Disk

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        MemoryDirectory directory = parentOf(file);
        if (directory.current().containsKey(nameOf(file))) {
            throw new FileAlreadyExistsException(file.toString());
        }
        MemoryInode inode = new MemoryInode();
        directory.link(nameOf(file), inode);
        inode.addName();
        return open(inode, true);
    }

    @Override
    public synchronized DiskFile openForRead(Path file) throws IOException {
        return open(inode(file), false);
    }

    @Override
    public synchronized DiskFile openForWrite(Path file) throws IOException {
        return open(inode(file), true);
    }

    private DiskFile open(MemoryInode inode, boolean writable) {
        MemoryFile opened = new MemoryFile(this, inode, writable);
        openFiles.add(opened);
        inode.addOpenFile();
        return opened;
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        MemoryInode moved = inode(from);
        MemoryDirectory target = parentOf(to);
        MemoryNode replaced = target.current().get(nameOf(to));
        if (replaced instanceof MemoryDirectory) {
            throw new IOException(to + " is a directory");
        }
        // As in POSIX: two names of one file stay two names.
        if (replaced != moved) {
            parentOf(from).move(nameOf(from), target, nameOf(to));
            if (replaced instanceof MemoryInode inode) {
                inode.removeName();
                freeIfUnused(inode);
            }
        }
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        MemoryInode inode = inode(file);
        parentOf(file).unlink(nameOf(file));
        inode.removeName();
        freeIfUnused(inode);
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        DiskNames.check(directory);
        MemoryDirectory at = root;
        for (Path element : directory) {
            String name = element.toString();
            if (!name.isEmpty()) {
                if (!at.current().containsKey(name)) {
                    at.link(name, new MemoryDirectory());
                }
                if (!(at.current().get(name) instanceof MemoryDirectory below)) {
                    throw new FileAlreadyExistsException(directory.toString());
                }
                at = below;
            }
        }
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        return directory(directory).current().keySet().stream().map(Path::of).toList();
    }

    @Override
    public synchronized OptionalLong size(Path file) {
        return find(file) instanceof MemoryInode inode
                ? OptionalLong.of(inode.current().size())
                : OptionalLong.empty();
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        directory(directory).force();
    }

    @Override
    public synchronized long freeBytes() {
        return capacityBytes - usedBytes;
    }

    @Override
    public synchronized Closeable lock(Path file) throws IOException {
        if (find(file) == null) {
            create(file).close();
        }
        if (!locks.add(file)) {
            throw Failure.of(ErrorCode.DIRECTORY_LOCKED, "file " + file + " of " + this + " is locked")
                    .toException();
        }
        return new HeldLock(file, boots);
    }

    private final class HeldLock implements Closeable {

        private final Path file;
        private final long boot;
        private boolean released;

        HeldLock(Path file, long boot) {
            this.file = file;
            this.boot = boot;
        }

        @Override
        public void close() {
            synchronized (MemoryDisk.this) {
                if (!released && boot == boots) {
                    locks.remove(file);
                }
                released = true;
            }
        }
    }

    // Room

    /**
     * Takes the room for a write.
     *
     * @return how many of the bytes fit, at least 1 of them if there are any
     */
    int makeRoom(MemoryInode inode, long position, int count) throws IOException {
        long size = inode.current().size();
        long largest = roomOf(size) + (capacityBytes - usedBytes) / BLOCK_BYTES * BLOCK_BYTES;
        int fitting = (int) Math.max(0, Math.min(count, Math.min(largest, Integer.MAX_VALUE) - position));
        if (fitting == 0 && count > 0) {
            throw new DiskFullException("no room on " + this + " of " + capacityBytes + " bytes");
        }
        usedBytes += roomOf(Math.max(size, position + fitting)) - roomOf(size);
        return fitting;
    }

    /** Counts the room of a file anew that is about to shrink. */
    void resized(MemoryInode inode, Runnable change) {
        usedBytes -= roomOf(inode.current().size());
        change.run();
        usedBytes += roomOf(inode.current().size());
    }

    void closed(MemoryFile file, MemoryInode inode) {
        openFiles.remove(file);
        inode.removeOpenFile();
        freeIfUnused(inode);
    }

    private void freeIfUnused(MemoryInode inode) {
        if (!inode.inUse()) {
            usedBytes -= roomOf(inode.current().size());
        }
    }

    private static long roomOf(long size) {
        return (size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    // Names

    private @Nullable MemoryNode find(Path name) {
        DiskNames.check(name);
        MemoryNode at = root;
        for (Path element : name) {
            if (!element.toString().isEmpty()) {
                Map<String, MemoryNode> entries =
                        at instanceof MemoryDirectory directory ? directory.current() : Map.of();
                at = entries.get(element.toString());
            }
        }
        return at;
    }

    private MemoryInode inode(Path file) throws IOException {
        MemoryNode node = find(file);
        if (node == null) {
            throw new NoSuchFileException(file.toString());
        }
        if (node instanceof MemoryInode inode) {
            return inode;
        }
        throw new IOException(file + " is a directory");
    }

    private MemoryDirectory directory(Path name) throws IOException {
        MemoryNode node = find(name);
        if (node == null) {
            throw new NoSuchFileException(name.toString());
        }
        if (node instanceof MemoryDirectory directory) {
            return directory;
        }
        throw new NotDirectoryException(name.toString());
    }

    private MemoryDirectory parentOf(Path file) throws IOException {
        DiskNames.check(file);
        return directory(DiskNames.parentOf(file));
    }

    private static String nameOf(Path file) {
        return Objects.requireNonNull(file.getFileName()).toString();
    }

    @Override
    public String toString() {
        return "memory disk";
    }
}
