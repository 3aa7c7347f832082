package io.chunkserver.core.space;

/**
 * The space of a server, or of one of its disks, at one instant, in bytes.
 *
 * @param limitBytes     what the operator allows
 * @param usedBytes      what published versions take on disk
 * @param reservedBytes  what is promised to open transactions
 * @param freeBytes      what the file system would still take, from whomever
 * @param availableBytes what a new reservation can have at most: within the limit, and of the free bytes without those that are promised
 *                       already and those that are kept free
 * @param limitUsedBytes what published versions take of the limit, also those of other disks that share it
 * @param promisableBytes what a new reservation could have at most if there were no limit
 */
public record SpaceSnapshot(
        long limitBytes,
        long usedBytes,
        long reservedBytes,
        long freeBytes,
        long availableBytes,
        long limitUsedBytes,
        long promisableBytes) {

    private static final double HUNDRED = 100;

    /** The space of a server that shares its limit with nobody. */
    public SpaceSnapshot(long limitBytes, long usedBytes, long reservedBytes, long freeBytes, long availableBytes) {
        this(limitBytes, usedBytes, reservedBytes, freeBytes, availableBytes, usedBytes, availableBytes);
    }

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
     * whichever is nearer to its end. 100 where nothing is left, whatever is in use.
     */
    public double usedPercent() {
        return Math.max(limitPercent(), fileSystemPercent());
    }

    /** How much of the limit is in use, by all that share it. */
    double limitPercent() {
        return percent(limitUsedBytes, (double) limitBytes);
    }

    /** How much is in use here of what could be if there were no limit. */
    double fileSystemPercent() {
        return percent(usedBytes, (double) usedBytes + reservedBytes + promisableBytes);
    }

    private static double percent(long usedBytes, double attainableBytes) {
        return attainableBytes <= 0 ? HUNDRED : Math.min(HUNDRED, HUNDRED * usedBytes / attainableBytes);
    }
}
