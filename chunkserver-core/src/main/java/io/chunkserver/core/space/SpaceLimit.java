package io.chunkserver.core.space;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What an operator allows, and how much of it is taken, by one accountant or by those of several disks together: what they use and have
 * promised never exceeds it, not for a moment. Thread-safe.
 */
public final class SpaceLimit {

    private final long bytes;
    private final AtomicLong takenBytes = new AtomicLong();

    /**
     * @param bytes 0 or above
     */
    public SpaceLimit(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a limit of " + bytes + " bytes is below 0");
        }
        this.bytes = bytes;
    }

    long bytes() {
        return bytes;
    }

    /** What can still be taken; below 0 when an operator has lowered the limit. */
    long leftBytes() {
        return bytes - takenBytes.get();
    }

    /** Takes these bytes if they are left; none can always be taken. */
    boolean take(long wantedBytes) {
        long taken;
        do {
            taken = takenBytes.get();
            if (wantedBytes > Math.max(0, bytes - taken)) {
                return false;
            }
        } while (!takenBytes.compareAndSet(taken, taken + wantedBytes));
        return true;
    }

    /** Counts what is taken anyway, as it is on the disk already; or gives back, below 0. */
    void count(long moreBytes) {
        takenBytes.accumulateAndGet(moreBytes, Math::addExact);
    }
}
