package io.chunkserver.core.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * The bytes behind a file's names: what is on the disk, what was done since in order, and what that adds up to for
 * whoever reads now. Guarded by its disk.
 */
final class MemoryInode implements MemoryNode {

    private final int number;
    private long modified;
    private ByteImage durable;
    private ByteImage current;
    private final List<DataOperation> pending = new ArrayList<>();

    /** Whether bytes can be read that will never be durable, because a force of them failed. */
    private boolean lossy;

    /** Bytes that cannot be read, from here to there; a crash does not heal them. */
    private long badFrom;

    private long badTo;

    /** Names that point here, and open files: when both are gone, so are the bytes. */
    private int names;

    private int openFiles;

    MemoryInode(int number, long time) {
        this(number, time, new ByteImage());
    }

    private MemoryInode(int number, long modified, ByteImage durable) {
        this.number = number;
        this.modified = modified;
        this.durable = durable;
        this.current = new ByteImage(durable);
    }

    @Override
    public int number() {
        return number;
    }

    @Override
    public long modified() {
        return modified;
    }

    ByteImage current() {
        return current;
    }

    void failReads(long from, long to) {
        badFrom = from;
        badTo = to;
    }

    boolean failsRead(long position, long count) {
        return position < badTo && position + count > badFrom;
    }

    void perform(DataOperation operation, long time) {
        modified = time;
        operation.applyTo(current);
        pending.add(operation);
    }

    void force() {
        if (lossy) {
            pending.forEach(operation -> operation.applyTo(durable));
        } else if (!pending.isEmpty()) {
            durable = new ByteImage(current);
        }
        pending.clear();
    }

    /** A force failed: what was not durable never will be, and can be read all the same. */
    void failForce() {
        lossy |= !pending.isEmpty();
        pending.clear();
    }

    /** The file as it is, with nobody who uses it. */
    MemoryInode copy() {
        MemoryInode copy = new MemoryInode(number, modified, new ByteImage(durable));
        copy.current = new ByteImage(current);
        copy.pending.addAll(pending);
        copy.lossy = lossy;
        copy.failReads(badFrom, badTo);
        return copy;
    }

    /** The file as a crash leaves it. */
    MemoryInode afterCrash(CrashChoices choices) {
        ByteImage left = new ByteImage(durable);
        pending.forEach(operation -> operation.crash(left, choices));
        MemoryInode inode = new MemoryInode(number, modified, left);
        inode.failReads(badFrom, badTo);
        return inode;
    }

    void addName() {
        names++;
    }

    void removeName() {
        names--;
    }

    void addOpenFile() {
        openFiles++;
    }

    void removeOpenFile() {
        openFiles--;
    }

    boolean inUse() {
        return names > 0 || openFiles > 0;
    }
}
