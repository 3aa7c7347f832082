package io.chunkserver.core.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * Goes through all crashes that are possible at one moment: the leaves of the tree of choices, from left to right.
 *
 * <pre>
 * EveryCrash crash = new EveryCrash();
 * do {
 *     look(disk.copyAfterCrash(mode, crash));
 * } while (crash.next());
 * </pre>
 *
 * <p>Not safe for many threads.
 */
public final class EveryCrash implements CrashChoices {

    private record Choice(int chosen, int alternatives) {}

    private final List<Choice> path = new ArrayList<>();
    private int depth;

    @Override
    public int choose(int alternatives) {
        if (depth == path.size()) {
            path.add(new Choice(0, alternatives));
        }
        Choice choice = path.get(depth++);
        if (choice.alternatives() != alternatives) {
            throw new IllegalStateException("choice " + depth + " had " + choice.alternatives()
                    + " alternatives the last time and has " + alternatives + " now: not the same disk");
        }
        return choice.chosen();
    }

    /** Goes on to the next crash; false when there is none. */
    public boolean next() {
        depth = 0;
        while (!path.isEmpty()) {
            Choice last = path.remove(path.size() - 1);
            if (last.chosen() + 1 < last.alternatives()) {
                path.add(new Choice(last.chosen() + 1, last.alternatives()));
                return true;
            }
        }
        return false;
    }

    /** The choices of this crash, for {@link ChosenCrash#replay}. */
    @Override
    public String toString() {
        return path.stream().map(Choice::chosen).toList().toString();
    }
}
