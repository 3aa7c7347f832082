package io.chunkserver.runner.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds what someone who mistyped a name most likely meant. */
public final class NearestName {

    private NearestName() {}

    /** The candidate that the fewest edits turn the name into, unless it takes more than a third of the name. */
    public static Optional<String> of(String name, Collection<String> candidates) {
        return candidates.stream()
                .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
                .filter(nearest -> distance(name, nearest) <= Math.max(1, name.length() / 3));
    }

    /**
     * How many insertions, deletions and replacements of one character, and exchanges of two neighbours, lead from one text to the
     * other (optimal string alignment).
     */
    static int distance(String from, String to) {
        int[] beforeThat = new int[to.length() + 1];
        int[] previous = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            previous[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = previous[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, Math.min(previous[column], current[column - 1]) + 1);
                if (row > 1
                        && column > 1
                        && from.charAt(row - 1) == to.charAt(column - 2)
                        && from.charAt(row - 2) == to.charAt(column - 1)) {
                    current[column] = Math.min(current[column], beforeThat[column - 2] + 1);
                }
            }
            beforeThat = previous;
            previous = current;
        }
        return previous[to.length()];
    }
}
