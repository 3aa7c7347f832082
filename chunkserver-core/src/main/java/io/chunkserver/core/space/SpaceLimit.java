package io.chunkserver.core.space;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an operator allows, and how much of it is taken, by one accountant or by those of several disks together: what they use and have
 * promised never exceeds it, not for a moment. How full it is, is one thing for all of them too, whichever of them looks. Thread-safe.
 */
public final class SpaceLimit {

    private final long bytes;
    private final AtomicLong takenBytes = new AtomicLong();

    /** What of that is in use, and not only promised; the thresholds are of this. */
    private final AtomicLong usedBytes = new AtomicLong();

    @GuardedBy("this")
    private SpaceLevel level = SpaceLevel.NORMAL;

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

    /** What all that share it use. */
    long usedBytes() {
        return usedBytes.get();
    }

    /** Counts what is in use from now on, or is not any more, below 0; beside what it takes. */
    void countUsed(long moreBytes) {
        usedBytes.addAndGet(moreBytes);
    }

    /** How full it is when so much of it is in use: as whoever looked last left it, within the hysteresis. */
    synchronized SpaceLevel level(SpaceThresholds thresholds, double usedPercent) {
        level = thresholds.level(usedPercent, level);
        return level;
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
