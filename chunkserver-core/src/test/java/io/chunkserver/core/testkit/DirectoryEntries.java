package io.chunkserver.core.testkit;

import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Names in a directory, and when they were last changed. Guarded by its disk. */
final class DirectoryEntries {

    private final SortedMap<String, MemoryNode> names = new TreeMap<>();
    private long modified;

    DirectoryEntries(long modified) {
        this.modified = modified;
    }

    DirectoryEntries(DirectoryEntries original) {
        this(original.modified);
        names.putAll(original.names);
    }

    /** For reading. */
    SortedMap<String, MemoryNode> names() {
        return names;
    }

    /** The latest of the changes, on the disk's clock. */
    long modified() {
        return modified;
    }

    void putAll(DirectoryEntries others, UnaryOperator<MemoryNode> copy) {
        others.names.forEach((name, node) -> put(name, copy.apply(node), others.modified));
    }

    void put(String name, MemoryNode node, long time) {
        names.put(name, node);
        modified = Math.max(modified, time);
    }

    void remove(String name, long time) {
        names.remove(name);
        modified = Math.max(modified, time);
    }
}
