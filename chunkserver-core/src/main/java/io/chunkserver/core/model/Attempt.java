package io.chunkserver.core.model;

import java.util.Comparator;

/**
 * Numbers one prepare round of a coordinator; no coordinator uses a number twice, over restarts included.
 *
 * @param boot    how often the coordinator's server was started, from 1
 * @param counter the round within that boot, from 1
 */
public record Attempt(long boot, long counter) implements Comparable<Attempt> {

    private static final Comparator<Attempt> ORDER =
            Comparator.comparingLong(Attempt::boot).thenComparingLong(Attempt::counter);

    public Attempt {
        if (boot < 1 || counter < 1) {
            throw new IllegalArgumentException("attempt " + boot + "." + counter + " has a part below 1");
        }
    }

    /** Reads the form {@code BOOT.COUNTER}. */
    public static Attempt parse(String text) {
        int divider = text.indexOf('.');
        if (divider < 0) {
            throw new IllegalArgumentException("an attempt is written BOOT.COUNTER");
        }
        try {
            return new Attempt(Long.parseLong(text.substring(0, divider)), Long.parseLong(text.substring(divider + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a part of an attempt is no number", e);
        }
    }

    public boolean isNewerThan(Attempt other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(Attempt other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return boot + "." + counter;
    }
}
