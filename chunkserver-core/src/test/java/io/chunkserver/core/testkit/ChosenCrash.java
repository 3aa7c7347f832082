package io.chunkserver.core.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** One crash: its choices are drawn, or are those of an earlier one, and are kept. Not safe for many threads. */
public final class ChosenCrash implements CrashChoices {

    private final CrashChoices source;
    private final List<Integer> chosen = new ArrayList<>();

    private ChosenCrash(CrashChoices source) {
        this.source = source;
    }

    /** Draws each choice. */
    public static ChosenCrash random(RandomGenerator random) {
        return new ChosenCrash(random::nextInt);
    }

    /** Repeats choices; beyond their end, nothing survives. */
    public static ChosenCrash replay(List<Integer> choices) {
        List<Integer> left = new ArrayList<>(choices);
        return new ChosenCrash(alternatives -> left.isEmpty() ? 0 : Math.min(left.remove(0), alternatives - 1));
    }

    @Override
    public int choose(int alternatives) {
        int choice = source.choose(alternatives);
        chosen.add(choice);
        return choice;
    }

    /** The choices so far, for {@link #replay}. */
    public List<Integer> chosen() {
        return List.copyOf(chosen);
    }

    @Override
    public String toString() {
        return chosen.toString();
    }
}
