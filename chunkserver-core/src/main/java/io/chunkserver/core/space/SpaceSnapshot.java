package io.chunkserver.core.space;

/**
 * A server's space at one instant, in bytes.
 *
 * @param limitBytes    what the operator allows
 * @param usedBytes     what published versions take on disk
 * @param reservedBytes what is promised to open transactions
 * @param freeBytes     what the file system would still take beyond what is promised and what is kept free
 */
public record SpaceSnapshot(long limitBytes, long usedBytes, long reservedBytes, long freeBytes) {

    /** What a new reservation can have at most; 0 or above. */
    public long availableBytes() {
        return Math.max(0, Math.min(limitBytes - usedBytes - reservedBytes, freeBytes));
    }
}
