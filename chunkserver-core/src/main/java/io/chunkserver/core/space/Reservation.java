package io.chunkserver.core.space;

/**
 * A promise of bytes; ends once, by {@link #settle} or {@link #forfeit}. Further ends change nothing.
 *
 * <p>Safe for many threads.
 */
public interface Reservation extends AutoCloseable {

    /** The bytes still promised; 0 after the end. */
    long bytes();

    /**
     * Gives back what turns out not to be needed.
     *
     * @param bytes the new size; more than {@link #bytes()} is an {@link IllegalArgumentException}
     */
    void shrinkTo(long bytes);

    /** The promised bytes are used now: they count as used until they are released. */
    void settle();

    /** The promised bytes will not be used. */
    void forfeit();

    /** Forfeits what was not settled. */
    @Override
    default void close() {
        forfeit();
    }
}
