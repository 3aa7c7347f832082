package io.chunkserver.core.testkit;

import java.util.function.UnaryOperator;

/** The names in a directory, now and as they are on the disk. Guarded by its disk; {@link EntryJournal} changes it. */
final class MemoryDirectory implements MemoryNode {

    private final int number;
    private final DirectoryEntries current;
    private final DirectoryEntries forced;
    private final DirectoryEntries carried;

    /** A new directory, without names. */
    MemoryDirectory(int number, long time) {
        this(number, new DirectoryEntries(time));
    }

    /** A directory with names that are on the disk from the beginning. */
    MemoryDirectory(int number, DirectoryEntries entries) {
        this.number = number;
        this.current = new DirectoryEntries(entries);
        this.forced = new DirectoryEntries(entries);
        this.carried = new DirectoryEntries(entries);
    }

    private MemoryDirectory(MemoryDirectory original) {
        this.number = original.number;
        this.current = new DirectoryEntries(original.current.modified());
        this.forced = new DirectoryEntries(original.forced.modified());
        this.carried = new DirectoryEntries(original.carried.modified());
    }

    /** A copy that has no names yet, and the stamps of this one. */
    MemoryDirectory withoutNames() {
        return new MemoryDirectory(this);
    }

    @Override
    public int number() {
        return number;
    }

    /** What whoever asks now is told. */
    DirectoryEntries current() {
        return current;
    }

    /** What survives every crash of a file system of this kind. */
    DirectoryEntries durable(CrashMode mode) {
        return switch (mode) {
            case POSIX -> forced;
            case JOURNAL -> carried;
        };
    }

    @Override
    public long modified() {
        return current.modified();
    }

    /** Takes over the names of another directory, of which this is a copy without names. */
    void beginAs(MemoryDirectory original, UnaryOperator<MemoryNode> copy) {
        current.putAll(original.current, copy);
        forced.putAll(original.forced, copy);
        carried.putAll(original.carried, copy);
    }
}
