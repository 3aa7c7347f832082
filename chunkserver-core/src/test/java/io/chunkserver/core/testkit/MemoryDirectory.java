package io.chunkserver.core.testkit;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The names in a directory, now and as they are on the disk. Guarded by its disk; {@link EntryJournal} changes it. */
final class MemoryDirectory implements MemoryNode {

    private final SortedMap<String, MemoryNode> current = new TreeMap<>();
    private final SortedMap<String, MemoryNode> forced = new TreeMap<>();
    private final SortedMap<String, MemoryNode> carried = new TreeMap<>();

    /** What whoever asks now is told. */
    SortedMap<String, MemoryNode> current() {
        return current;
    }

    /** What survives every crash of a file system of this kind. */
    SortedMap<String, MemoryNode> durable(CrashMode mode) {
        return switch (mode) {
            case POSIX -> forced;
            case JOURNAL -> carried;
        };
    }

    /** Takes over the names of another directory, for which this one is made. */
    void beginAs(MemoryDirectory original, UnaryOperator<MemoryNode> copy) {
        original.current.forEach((name, node) -> current.put(name, copy.apply(node)));
        original.forced.forEach((name, node) -> forced.put(name, copy.apply(node)));
        original.carried.forEach((name, node) -> carried.put(name, copy.apply(node)));
    }

    /** Adds a name that is on the disk from the beginning. */
    void begin(String name, MemoryNode node) {
        current.put(name, node);
        forced.put(name, node);
        carried.put(name, node);
    }
}
