package io.chunkserver.core.space;

import java.io.IOException;

/**
 * Keeps a server within its space limit: every byte is reserved before it is written.
 *
 * <p><b>Invariant</b>: {@code used + reserved <= limit} at every instant, under any concurrency; neither is ever
 * negative. (Guarantee S1. {@link #adopt} is the one exception, for bytes that are on disk already.)
 *
 * <p><b>Cost.</b> All methods are O(1); none waits for the disk, but that reserving and {@link #refresh} ask the file
 * system how much room it has, which one that hangs does not say. Safe for many threads.
 */
public interface SpaceAccountant {

    /**
     * Promises this many bytes.
     *
     * @param bytes 0 or above
     * @throws io.chunkserver.core.error.ChunkServerException.InsufficientSpace with the bytes that are available; nothing
     *     is reserved then
     * @throws IOException when the file system does not say how much room it has; nothing is reserved then
     */
    Reservation reserve(long bytes) throws IOException;

    /**
     * Promises the bytes of a tombstone, which makes room: also on a full file system, from the emergency reserve; and also at the limit,
     * where the version that it replaces takes at least as much, as its settling then lowers what is used.
     *
     * @param bytes         0 or above
     * @param replacedBytes what will be released when it settles, 0 when nothing is replaced
     * @throws io.chunkserver.core.error.ChunkServerException.InsufficientSpace when the emergency reserve is promised to other deletes, or
     *     the tombstone replaces nothing at the limit; nothing is reserved then
     * @throws IOException when the file system does not say how much room it has; nothing is reserved then
     */
    Reservation reserveForDelete(long bytes, long replacedBytes) throws IOException;

    /**
     * Takes a reservation for bytes that are on disk already, of a transaction found at start. It succeeds also
     * beyond the limit, which an operator may have lowered; nothing new is promised until there is room again.
     *
     * @param bytes 0 or above
     */
    Reservation adopt(long bytes);

    /**
     * Gives back used bytes that were removed from disk.
     *
     * @throws IllegalStateException when no so many bytes are in use, which is a defect; nothing changes then
     */
    void release(long bytes);

    /**
     * The numbers at one instant. The free bytes of the file system are those that it said last, less what was settled and more what was
     * released since.
     */
    SpaceSnapshot snapshot();

    /** Asks the file system how much room it has, and then as {@link #snapshot}; when it does not say, what it said last counts. */
    SpaceSnapshot refresh();
}
