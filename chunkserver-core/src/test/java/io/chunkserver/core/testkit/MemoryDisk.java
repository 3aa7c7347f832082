package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.testkit.EntryOperation.Name;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A disk in memory that forgets, in a {@link #crash}, what was not forced.
 *
 * <p><b>Crashes.</b> {@link #crash()} leaves what {@link Disk} guarantees and nothing more: of each file the bytes of its
 * last {@link DiskFile#force}, of each directory the names of its last {@link #forceDirectory}. A rename over two
 * directories that was forced in the new one only leaves both names; forced in the old one only, it is durable in both.
 * Files that were open at the crash can no longer be used, and locks are released.
 *
 * <p>{@link #copyAfterCrash} gives all the other states that a crash may leave, one for each sequence of choices:
 *
 * <ul>
 *   <li>Names, {@link CrashMode#POSIX}: any subset of the changes that were not forced. A rename in one directory is one
 *       change. A change survives only with those before it of the same name and of the same file, so that a rename never
 *       loses a file.
 *   <li>Names, {@link CrashMode#JOURNAL}: the first so many of the changes since the last force of anything.
 *   <li>Bytes: each write and each truncation since the file's last force survives, is lost, or, a write, is torn at
 *       {@value DataOperation#SECTOR_BYTES} bytes of the file, or leaves its size with zeros.
 * </ul>
 *
 * <p><b>Capacity.</b> Files take whole blocks of {@value #BLOCK_BYTES} bytes, names take nothing. A write that does not
 * fit is cut short, and one of which nothing fits is a {@link DiskFullException}. A deleted file frees its room when it
 * is closed.
 *
 * <p><b>Stamps.</b> The clock of files and directories counts changes; {@value #CHANGES_PER_TICK} of them have the same time. A crash
 * leaves a directory the time of the last of its changes that survives.
 *
 * <p><b>Determinism.</b> What it does depends on nothing but the calls. Files have at most 2 GiB. Safe for many threads; all
 * calls exclude each other.
 */
public final class MemoryDisk implements Disk {

    /** The unit in which files take room. */
    public static final int BLOCK_BYTES = 4096;

    /** So many changes, one after the other, cannot be told apart by their time. */
    public static final int CHANGES_PER_TICK = 16;

    private final long capacityBytes;
    private final Set<MemoryFile> openFiles = new HashSet<>();
    private final MemoryLocks locks = new MemoryLocks(toString());
    private MemoryTree tree;
    private EntryJournal journal;
    private long usedBytes;
    private long othersBytes;
    private long changes;
    private int lastNumber;

    /** A disk with room for 1 TiB. */
    public MemoryDisk() {
        this(1L << 40);
    }

    public MemoryDisk(long capacityBytes) {
        this(capacityBytes, new MemoryTree(new MemoryDirectory(0, 0)), new EntryJournal(), 0, 0);
    }

    private MemoryDisk(long capacityBytes, MemoryTree tree, EntryJournal journal, long changes, int lastNumber) {
        this.capacityBytes = capacityBytes;
        this.tree = tree;
        this.journal = journal;
        this.changes = changes;
        this.lastNumber = lastNumber;
        countNames();
    }

    /** Takes the power away and brings it back: only what was forced is left. */
    public void crash() {
        crash(CrashMode.POSIX, CrashChoices.NOTHING);
    }

    /** Takes the power away and brings it back: what was forced is left, and what is chosen of the rest. */
    public synchronized void crash(CrashMode mode, CrashChoices choices) {
        tree = treeAfterCrash(mode, choices);
        journal = new EntryJournal();
        endUse();
        // A file system gives nobody else the room of what a crash may bring back.
        othersBytes = Math.min(othersBytes, Math.max(0, capacityBytes - usedBytes));
    }

    private void endUse() {
        openFiles.forEach(MemoryFile::die);
        openFiles.clear();
        locks.releaseAll();
        countNames();
    }

    /**
     * Another disk that is what a crash at this moment leaves; this one goes on. While the disk is not changed, the same
     * choices give the same state, so that one moment can be looked at many times.
     */
    public synchronized MemoryDisk copyAfterCrash(CrashMode mode, CrashChoices choices) {
        return new MemoryDisk(capacityBytes, treeAfterCrash(mode, choices), new EntryJournal(), changes, lastNumber);
    }

    /**
     * Another disk that is what the death of the process leaves at this moment, while the machine lives on: all that was done
     * is there, what was not forced is still not durable, and nobody has a file open or locked.
     */
    public synchronized MemoryDisk copyAfterProcessDeath() {
        MemoryCopy copy = new MemoryCopy();
        return new MemoryDisk(
                capacityBytes, new MemoryTree(copy.of(tree.root())), journal.copy(copy), changes, lastNumber);
    }

    /** The process that uses the disk dies, see {@link #copyAfterProcessDeath}. */
    public synchronized void endProcess() {
        MemoryCopy copy = new MemoryCopy();
        tree = new MemoryTree(copy.of(tree.root()));
        journal = journal.copy(copy);
        endUse();
    }

    private MemoryTree treeAfterCrash(CrashMode mode, CrashChoices choices) {
        return tree.afterCrash(mode, journal.survivors(mode, choices), choices);
    }

    private void countNames() {
        usedBytes = 0;
        tree.forEachName(inode -> {
            usedBytes += inode.inUse() ? 0 : roomOf(inode.current().size());
            inode.addName();
        });
    }

    /**
     * Equal for disks on which whoever looks now finds the same names, sizes and bytes, and as good as never for others; what is
     * durable of them and when they were changed does not count.
     */
    public synchronized long fingerprint() {
        Fingerprint fingerprint = new Fingerprint();
        tree.addTo(fingerprint);
        return fingerprint.value();
    }

    /** Has other users of the disk take so much of its room, until they are said to take another amount. */
    public synchronized void othersUse(long bytes) {
        othersBytes = bytes;
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
        Name name = tree.entry(file);
        if (name.directory().current().names().containsKey(name.name())) {
            throw new FileAlreadyExistsException(file.toString());
        }
        long time = tick();
        MemoryInode inode = new MemoryInode(++lastNumber, time);
        journal.perform(new EntryOperation.Link(name, inode, time));
        inode.addName();
        return open(inode, true);
    }

    @Override
    public synchronized DiskFile openForRead(Path file) throws IOException {
        return open(tree.file(file), false);
    }

    @Override
    public synchronized DiskFile openForWrite(Path file) throws IOException {
        return open(tree.file(file), true);
    }

    private DiskFile open(MemoryInode inode, boolean writable) {
        MemoryFile opened = new MemoryFile(this, inode, writable);
        openFiles.add(opened);
        inode.addOpenFile();
        return opened;
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        MemoryInode moved = tree.file(from);
        Name target = tree.entry(to);
        MemoryNode replaced = target.directory().current().names().get(target.name());
        if (replaced instanceof MemoryDirectory) {
            throw new IOException(to + " is a directory");
        }
        // As in POSIX: two names of one file stay two names.
        if (replaced != moved) {
            journal.perform(new EntryOperation.Move(tree.entry(from), target, moved, tick()));
            if (replaced instanceof MemoryInode inode) {
                inode.removeName();
                freeIfUnused(inode);
            }
        }
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        MemoryInode inode = tree.file(file);
        journal.perform(new EntryOperation.Unlink(tree.entry(file), inode, tick()));
        inode.removeName();
        freeIfUnused(inode);
    }

    @Override
    public synchronized void createDirectories(Path directory) throws IOException {
        DiskNames.check(directory);
        MemoryDirectory at = tree.root();
        for (Path element : directory) {
            String name = element.toString();
            if (!name.isEmpty()) {
                if (!at.current().names().containsKey(name)) {
                    long time = tick();
                    MemoryDirectory made = new MemoryDirectory(++lastNumber, time);
                    journal.perform(new EntryOperation.Link(new Name(at, name), made, time));
                }
                if (!(at.current().names().get(name) instanceof MemoryDirectory below)) {
                    throw new FileAlreadyExistsException(directory.toString());
                }
                at = below;
            }
        }
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        return tree.directory(directory).current().names().keySet().stream()
                .map(Path::of)
                .toList();
    }

    @Override
    public synchronized OptionalLong size(Path file) {
        return tree.find(file) instanceof MemoryInode inode
                ? OptionalLong.of(inode.current().size())
                : OptionalLong.empty();
    }

    @Override
    public synchronized Optional<FileStamp> stamp(Path path) {
        return Optional.ofNullable(tree.find(path)).map(node -> new FileStamp(node.number(), node.modified()));
    }

    /** The time of a change that is made now. */
    long tick() {
        return changes++ / CHANGES_PER_TICK;
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        journal.force(tree.directory(directory));
        journal.carry();
    }

    /** Makes a failed force of this directory: what was not durable in it can be seen, and a crash loses it. */
    synchronized void failForce(Path directory) throws IOException {
        journal.failForce(tree.directory(directory));
    }

    void force(MemoryInode inode) {
        inode.force();
        journal.carry();
    }

    @Override
    public synchronized long freeBytes() {
        return Math.max(0, capacityBytes - usedBytes - othersBytes);
    }

    /** No two share one. */
    @Override
    public Object fileSystem() {
        return this;
    }

    @Override
    public synchronized Closeable lock(Path file) throws IOException {
        if (tree.find(file) == null) {
            create(file).close();
        }
        return locks.take(file);
    }

    /**
     * Has each read of these bytes of a file fail for ever with an error of the device, also under another name and after a crash, as where a
     * sector is bad; an empty range ends it. Writing and naming the file go on.
     */
    public synchronized void failReads(Path file, long from, long to) throws IOException {
        tree.file(file).failReads(from, to);
    }

    // Room

    /**
     * Takes the room for a write.
     *
     * @return how many of the bytes fit, at least 1 of them if there are any
     */
    int makeRoom(MemoryInode inode, long position, int count) throws IOException {
        long size = inode.current().size();
        long largest = roomOf(size) + freeBytes() / BLOCK_BYTES * BLOCK_BYTES;
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

    @Override
    public String toString() {
        return "memory disk";
    }
}
