package io.chunkserver.core.testkit;

import io.chunkserver.core.testkit.EntryOperation.Move;
import io.chunkserver.core.testkit.EntryOperation.Name;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The changes of names on a disk that are not durable yet, in their order, for both kinds of file systems. Guarded by its
 * disk.
 */
final class EntryJournal {

    /** Not forced with their directories. */
    private final List<EntryOperation> unforced = new ArrayList<>();

    /** Not followed by any force. */
    private final List<EntryOperation> uncarried = new ArrayList<>();

    EntryJournal copy(MemoryCopy copy) {
        EntryJournal journal = new EntryJournal();
        unforced.forEach(operation -> journal.unforced.add(copy.of(operation)));
        uncarried.forEach(operation -> journal.uncarried.add(copy.of(operation)));
        return journal;
    }

    /** Makes a change. */
    void perform(EntryOperation operation) {
        operation.applyTo(MemoryDirectory::current);
        unforced.add(operation);
        uncarried.add(operation);
    }

    /** Something was forced, which takes all changes so far with it. */
    void carry() {
        uncarried.forEach(operation -> operation.applyTo(directory -> directory.durable(CrashMode.JOURNAL)));
        uncarried.clear();
    }

    /**
     * Makes the changes of this directory durable. Of a rename out of it the new name becomes durable too, with all that
     * was done to that name before, as the file would be lost otherwise; of a rename into it the new name alone.
     */
    void force(MemoryDirectory directory) {
        Set<Name> needed = new HashSet<>();
        boolean[] forcedWhole = new boolean[unforced.size()];
        for (int at = unforced.size() - 1; at >= 0; at--) {
            EntryOperation operation = unforced.get(at);
            boolean half = operation instanceof Move move
                    && move.crosses()
                    && move.to().directory() == directory;
            forcedWhole[at] = (operation.isIn(directory) && !half)
                    || operation.names().stream().anyMatch(needed::contains);
            if (forcedWhole[at]) {
                needed.addAll(operation.names());
            }
        }
        List<EntryOperation> left = new ArrayList<>();
        for (int at = 0; at < forcedWhole.length; at++) {
            EntryOperation operation = unforced.get(at);
            if (forcedWhole[at]) {
                forced(operation);
            } else if (operation instanceof Move move && move.isIn(directory)) {
                forced(move.newNameAlone());
                left.add(move.oldNameGone());
            } else {
                left.add(operation);
            }
        }
        unforced.clear();
        unforced.addAll(left);
    }

    /** A force of this directory failed: what was not durable in it never will be, and can be seen all the same. */
    void failForce(MemoryDirectory directory) {
        unforced.removeIf(operation -> operation.isIn(directory));
        uncarried.removeIf(operation -> operation.isIn(directory));
    }

    private static void forced(EntryOperation operation) {
        operation.applyTo(directory -> directory.durable(CrashMode.POSIX));
    }

    // Directories and files are equal to themselves alone. Sets of them are only asked, never gone through in their
    // order.

    /** Chooses the changes that survive a crash beside those that are durable, in their order. */
    List<EntryOperation> survivors(CrashMode mode, CrashChoices choices) {
        return switch (mode) {
            case POSIX -> anySubset(choices);
            case JOURNAL ->
                uncarried.isEmpty()
                        ? List.of()
                        : List.copyOf(uncarried.subList(0, choices.choose(uncarried.size() + 1)));
        };
    }

    /**
     * Any of them, but that a change needs those before it of the same names, of the same file and of its directory: a folder on the
     * disk holds its entries and not how they came about, so where the last change of a name is there, those before it make no
     * difference. Of a rename into another folder the new name may be there and the old one too.
     */
    private List<EntryOperation> anySubset(CrashChoices choices) {
        List<EntryOperation> survivors = new ArrayList<>();
        Set<Name> lostNames = new HashSet<>();
        Set<MemoryNode> lostNodes = new HashSet<>();
        for (EntryOperation operation : unforced) {
            boolean possible = !lostNodes.contains(operation.node())
                    && operation.names().stream()
                            .noneMatch(name -> lostNames.contains(name) || lostNodes.contains(name.directory()));
            List<EntryOperation> ways = possible ? waysToSurvive(operation) : List.of();
            int way = ways.isEmpty() ? 0 : choices.choose(1 + ways.size());
            if (way == 0) {
                lostNames.addAll(operation.names());
                lostNodes.add(operation.node());
            } else {
                survivors.add(ways.get(way - 1));
                if (way < ways.size() && operation instanceof Move move) {
                    lostNames.add(move.from());
                }
            }
        }
        return survivors;
    }

    private static List<EntryOperation> waysToSurvive(EntryOperation operation) {
        return operation instanceof Move move && move.crosses()
                ? List.of(move.newNameAlone(), move)
                : List.of(operation);
    }
}
