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

    /**
     * The promised bytes are used now, and count as used until they are released; those of what they have replaced are released. Both at
     * the same instant, so that a server that is full stays within its limit while versions are replaced.
     *
     * @param replacedBytes bytes in use that were removed from disk, 0 or above
     * @throws IllegalStateException when no so many bytes are in use, which is a defect; nothing changes then
     */
    void settle(long replacedBytes);

    /** The promised bytes are used now, and nothing was replaced. */
    default void settle() {
        settle(0);
    }

    /**
     * What was to be replaced is gone before, as a version that was found damaged: its bytes are released now. A promise that rested on
     * them counts as reserved from the same instant on, so that nobody else is promised its room.
     *
     * <p>It ends nothing: what was replaced is 0 then for {@link #settle(long)}.
     *
     * @param replacedBytes bytes in use that were removed, 0 or above; for a promise that rests on them not less than its own
     * @throws IllegalStateException when no so many bytes are in use, which is a defect; nothing changes then
     */
    void releaseReplaced(long replacedBytes);

    /** The promised bytes will not be used. */
    void forfeit();

    /** Forfeits what was not settled. */
    @Override
    default void close() {
        forfeit();
    }
}
