package io.chunkserver.core.testkit;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The names in a directory: what is on the disk, what was done since in order, and what that adds up to now. Guarded
 * by its disk.
 */
final class MemoryDirectory implements MemoryNode {

    /** A change of the names that was not forced yet. */
    sealed interface EntryOperation {}

    /** A name was given to a file or directory. */
    record Link(String name, MemoryNode node) implements EntryOperation {}

    /** A name was deleted. */
    record Unlink(String name) implements EntryOperation {}

    /** A name was given up for another one, in this or another directory. */
    record MovedAway(String name, MemoryDirectory target, Link link) implements EntryOperation {}

    private final Map<String, MemoryNode> durable = new HashMap<>();
    private final SortedMap<String, MemoryNode> current = new TreeMap<>();
    private final List<EntryOperation> pending = new ArrayList<>();

    SortedMap<String, MemoryNode> current() {
        return current;
    }

    void link(String name, MemoryNode node) {
        perform(new Link(name, node));
    }

    void unlink(String name) {
        perform(new Unlink(name));
    }

    void move(String name, MemoryDirectory target, String newName) {
        Link link = new Link(newName, current.get(name));
        target.perform(link);
        perform(new MovedAway(name, target, link));
    }

    private void perform(EntryOperation operation) {
        apply(operation, current);
        pending.add(operation);
    }

    void force() {
        while (!pending.isEmpty()) {
            forceFirst();
        }
    }

    private void forceFirst() {
        EntryOperation first = pending.remove(0);
        if (first instanceof MovedAway moved) {
            // A rename is atomic: the old name is not gone from the disk before the new one is there.
            moved.target().forceThrough(moved.link());
        }
        apply(first, durable);
    }

    /** Forces the operations up to this one; it may have been forced already. */
    private void forceThrough(EntryOperation operation) {
        while (pending.stream().anyMatch(candidate -> candidate == operation)) {
            forceFirst();
        }
    }

    private static void apply(EntryOperation operation, Map<String, MemoryNode> entries) {
        if (operation instanceof Link link) {
            entries.put(link.name(), link.node());
        } else if (operation instanceof Unlink unlink) {
            entries.remove(unlink.name());
        } else if (operation instanceof MovedAway moved) {
            entries.remove(moved.name());
        }
    }

    @Override
    public void crash() {
        pending.clear();
        current.clear();
        current.putAll(durable);
        current.values().forEach(MemoryNode::crash);
    }
}
