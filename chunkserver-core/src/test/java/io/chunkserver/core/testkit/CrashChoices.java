package io.chunkserver.core.testkit;

/**
 * Decides what survives a crash of a {@link MemoryDisk}. A crash is a sequence of choices; the same answers to it lead to
 * the same state.
 */
@FunctionalInterface
public interface CrashChoices {

    /** Nothing survives that was not forced. */
    CrashChoices NOTHING = alternatives -> 0;

    /** Everything survives, as when the process dies and the machine lives on. */
    CrashChoices EVERYTHING = alternatives -> alternatives - 1;

    /**
     * Chooses one of several alternatives, of which the first is the loss of an operation and the last its survival.
     *
     * @param alternatives how many there are, 2 or more
     * @return a number from 0 to below {@code alternatives}
     */
    int choose(int alternatives);
}
