package io.chunkserver.core.space;

/**
 * A server's space at one instant, in bytes.
 *
 * @param limitBytes     what the operator allows
 * @param usedBytes      what published versions take on disk
 * @param reservedBytes  what is promised to open transactions
 * @param freeBytes      what the file system would still take, from whomever
 * @param availableBytes what a new reservation can have at most: within the limit, and of the free bytes without those that are promised
 *                       already and those that are kept free
 */
public record SpaceSnapshot(long limitBytes, long usedBytes, long reservedBytes, long freeBytes, long availableBytes) {

    private static final double HUNDRED = 100;

    /** The space of a server that may have all that the file system would take. */
    public SpaceSnapshot(long limitBytes, long usedBytes, long reservedBytes, long freeBytes) {
        this(
                limitBytes,
                usedBytes,
                reservedBytes,
                freeBytes,
                Math.max(0, Math.min(limitBytes - usedBytes - reservedBytes, freeBytes)));
    }

    /**
     * How much of what the server can have at all is in use: of its limit, or of what it uses and could still write to the file system,
     * whichever is less. 100 where nothing is left, whatever is in use.
     */
    public double usedPercent() {
        double attainable = (double) usedBytes + reservedBytes + availableBytes;
        return attainable <= 0 ? HUNDRED : Math.min(HUNDRED, HUNDRED * usedBytes / attainable);
    }
}
