package io.chunkserver.core.testkit;

import io.chunkserver.core.testkit.EntryOperation.Link;
import io.chunkserver.core.testkit.EntryOperation.Move;
import io.chunkserver.core.testkit.EntryOperation.Name;
import io.chunkserver.core.testkit.EntryOperation.Unlink;
import java.util.HashMap;
import java.util.Map;

/** Copies directories, files and changes of names, each once, with all that is not durable yet. */
final class MemoryCopy {

    private final Map<MemoryNode, MemoryNode> copies = new HashMap<>();

    MemoryDirectory of(MemoryDirectory original) {
        return (MemoryDirectory) node(original);
    }

    EntryOperation of(EntryOperation original) {
        MemoryNode node = node(original.node());
        if (original instanceof Move move) {
            return new Move(name(move.from()), name(move.to()), node, original.time());
        }
        Name name = name(original.names().get(0));
        return original instanceof Link
                ? new Link(name, node, original.time())
                : new Unlink(name, node, original.time());
    }

    private Name name(Name original) {
        return new Name(of(original.directory()), original.name());
    }

    private MemoryNode node(MemoryNode original) {
        MemoryNode known = copies.get(original);
        if (known != null) {
            return known;
        }
        if (original instanceof MemoryInode inode) {
            MemoryInode copy = inode.copy();
            copies.put(inode, copy);
            return copy;
        }
        MemoryDirectory directory = (MemoryDirectory) original;
        MemoryDirectory copy = directory.withoutNames();
        copies.put(original, copy);
        copy.beginAs(directory, this::node);
        return copy;
    }
}
