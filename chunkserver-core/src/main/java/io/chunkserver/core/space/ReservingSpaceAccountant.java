package io.chunkserver.core.space;

import com.google.common.math.LongMath;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps two sums, of used and of promised bytes, and compares them with the limit and with the room of the file system. The limit may be
 * that of several accountants together.
 *
 * <p><b>File system.</b> What is promised may not be written yet, and the file system does not know of it. So all that
 * is promised counts against the free bytes, also the part that is written already and no longer free: near the end of a
 * disk less is promised than would fit, never more. Other users of the file system are covered by the headroom only.
 *
 * <p><b>Deletes.</b> What a delete cannot have otherwise it gets from an emergency reserve, bytes that are set aside on the disk. At the
 * limit its tombstone counts as nothing until it takes the place of the larger version that it replaces.
 *
 * <p><b>Threads.</b> Safe for many. The file system is asked outside the lock.
 */
public final class ReservingSpaceAccountant implements SpaceAccountant {

    /*
     * The free bytes are older than the decision that they are used for. Bytes that were written and settled in between
     * are neither in the sample nor among the promised ones any more; so a running total of all that was ever settled is
     * read before the sample is taken, and what it has grown by counts as promised.
     */

    private static final Logger LOG = LoggerFactory.getLogger(ReservingSpaceAccountant.class);

    private final SpaceLimit limit;
    private final long headroomBytes;
    private final long emergencyBytes;
    private final FreeSpace fileSystem;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private long usedBytes;

    @GuardedBy("lock")
    private long reservedBytes;

    /** What is promised to deletes out of the emergency reserve. */
    @GuardedBy("lock")
    private long emergencyPromisedBytes;

    @GuardedBy("lock")
    private long everSettledBytes;

    @GuardedBy("lock")
    private long everReleasedBytes;

    /** What the file system said last, and what had been settled and released before it was asked. */
    @GuardedBy("lock")
    private Sample last;

    private record Sample(long freeBytes, long everSettledBytes, long everReleasedBytes) {}

    /** An accountant without an emergency reserve. */
    public ReservingSpaceAccountant(long limitBytes, long usedBytes, long headroomBytes, FreeSpace fileSystem)
            throws IOException {
        this(new SpaceLimit(limitBytes), usedBytes, headroomBytes, 0, fileSystem);
    }

    /** An accountant with a limit of its own. */
    public ReservingSpaceAccountant(
            long limitBytes, long usedBytes, long headroomBytes, long emergencyBytes, FreeSpace fileSystem)
            throws IOException {
        this(new SpaceLimit(limitBytes), usedBytes, headroomBytes, emergencyBytes, fileSystem);
    }

    /**
     * @param limit         what used and promised bytes together may reach
     * @param usedBytes     bytes in use at the start; may exceed the limit, which an operator may have lowered
     * @param headroomBytes free bytes of the file system that are never promised: room for the log and for others
     * @param emergencyBytes bytes that are set aside on the disk, for deletes
     * @param fileSystem    asked with every reservation
     * @throws IOException when the file system does not say how much room it has
     */
    public ReservingSpaceAccountant(
            SpaceLimit limit, long usedBytes, long headroomBytes, long emergencyBytes, FreeSpace fileSystem)
            throws IOException {
        checkNotNegative("use at the start", usedBytes);
        checkNotNegative("headroom", headroomBytes);
        checkNotNegative("emergency reserve", emergencyBytes);
        this.limit = limit;
        this.usedBytes = usedBytes;
        this.headroomBytes = headroomBytes;
        this.emergencyBytes = emergencyBytes;
        this.fileSystem = fileSystem;
        this.last = new Sample(fileSystem.freeBytes(), 0, 0);
        limit.count(usedBytes);
        limit.countUsed(usedBytes);
    }

    @Override
    public Reservation reserve(long bytes) throws IOException {
        checkNotNegative("reservation", bytes);
        Sample sample = ask();
        synchronized (lock) {
            last = sample;
            if (bytes > promisableBytes(freeBytes()) || !limit.take(bytes)) {
                throw Failure.insufficientSpace(bytes, availableBytes(freeBytes()))
                        .toException();
            }
            reservedBytes += bytes;
            return new Promise(bytes, Source.FREE);
        }
    }

    @Override
    public Reservation reserveForDelete(long bytes, long replacedBytes) throws IOException {
        checkNotNegative("reservation", bytes);
        checkNotNegative("replaced version", replacedBytes);
        Sample sample = ask();
        synchronized (lock) {
            last = sample;
            boolean withinLimit = limit.take(bytes);
            Source source = !withinLimit
                    ? Source.REPLACED
                    : bytes <= promisableBytes(freeBytes()) ? Source.FREE : Source.EMERGENCY;
            boolean reserveUsedUp = source != Source.FREE && bytes > emergencyBytes - emergencyPromisedBytes;
            boolean replacesTooLittle = source == Source.REPLACED && bytes > replacedBytes;
            if (reserveUsedUp || replacesTooLittle) {
                limit.count(withinLimit ? -bytes : 0);
                throw Failure.insufficientSpace(bytes, availableBytes(freeBytes()))
                        .toException();
            }
            reservedBytes += withinLimit ? bytes : 0;
            emergencyPromisedBytes += source == Source.FREE ? 0 : bytes;
            return new Promise(bytes, source);
        }
    }

    @Override
    public Reservation adopt(long bytes) {
        checkNotNegative("adopted reservation", bytes);
        synchronized (lock) {
            // Checked over all that is taken, so that no sum ever overflows.
            limit.count(bytes);
            reservedBytes += bytes;
            return new Promise(bytes, Source.FREE);
        }
    }

    @Override
    public void release(long bytes) {
        checkNotNegative("release", bytes);
        synchronized (lock) {
            checkInUse(bytes);
            use(-bytes);
            everReleasedBytes += bytes;
            limit.count(-bytes);
        }
    }

    @GuardedBy("lock")
    private void use(long moreBytes) {
        usedBytes += moreBytes;
        limit.countUsed(moreBytes);
    }

    @GuardedBy("lock")
    private void checkInUse(long bytes) {
        if (bytes > usedBytes) {
            throw new IllegalStateException(
                    bytes + " bytes cannot be released where " + usedBytes + " bytes are in use");
        }
    }

    @Override
    public SpaceSnapshot snapshot() {
        synchronized (lock) {
            long free = Math.max(0, LongMath.saturatedAdd(freeBytes(), everReleasedBytes - last.everReleasedBytes()));
            return new SpaceSnapshot(
                    limit.bytes(),
                    usedBytes,
                    reservedBytes,
                    free,
                    availableBytes(free),
                    limit.usedBytes(),
                    promisableBytes(free));
        }
    }

    @Override
    public SpaceSnapshot refresh() {
        try {
            Sample sample = ask();
            synchronized (lock) {
                last = sample;
            }
        } catch (IOException unknown) {
            LOG.debug("the file system does not say how much room it has", unknown);
        }
        return snapshot();
    }

    private Sample ask() throws IOException {
        long settled;
        long released;
        synchronized (lock) {
            settled = everSettledBytes;
            released = everReleasedBytes;
        }
        return new Sample(fileSystem.freeBytes(), settled, released);
    }

    /** What was released since is not counted: it may still be on the disk. */
    @GuardedBy("lock")
    private long freeBytes() {
        return last.freeBytes() - (everSettledBytes - last.everSettledBytes());
    }

    @GuardedBy("lock")
    private long availableBytes(long freeBytes) {
        return Math.min(Math.max(0, limit.leftBytes()), promisableBytes(freeBytes));
    }

    /** What the file system lets this accountant promise. */
    @GuardedBy("lock")
    private long promisableBytes(long freeBytes) {
        return Math.max(0, freeBytes - headroomBytes - reservedBytes);
    }

    private static void checkNotNegative(String what, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("a " + what + " of " + bytes + " bytes is below 0");
        }
    }

    /** Where the bytes of a promise come from. */
    private enum Source {
        /** Of what is available to everybody. */
        FREE,
        /** Within the limit, and on a full file system what is set aside. */
        EMERGENCY,
        /** Beyond the limit: what is set aside, until what is replaced is gone. Not among the reserved bytes. */
        REPLACED
    }

    private final class Promise implements Reservation {

        @GuardedBy("lock")
        private Source source;

        @GuardedBy("lock")
        private long bytes;

        @GuardedBy("lock")
        private boolean ended;

        private Promise(long bytes, Source source) {
            this.bytes = bytes;
            this.source = source;
        }

        @Override
        public long bytes() {
            synchronized (lock) {
                return bytes;
            }
        }

        @Override
        public void shrinkTo(long newBytes) {
            checkNotNegative("reservation", newBytes);
            synchronized (lock) {
                if (newBytes > bytes) {
                    throw new IllegalArgumentException(
                            "a reservation of " + bytes + " bytes cannot shrink to " + newBytes);
                }
                giveBack(bytes - newBytes);
            }
        }

        @Override
        public void settle(long replacedBytes) {
            checkNotNegative("release", replacedBytes);
            synchronized (lock) {
                if (ended) {
                    return;
                }
                checkInUse(replacedBytes);
                use(bytes - replacedBytes);
                everSettledBytes += bytes;
                everReleasedBytes += replacedBytes;
                // Of all that is taken only what was replaced goes; the promise's own bytes are used now.
                limit.count((source == Source.REPLACED ? bytes : 0) - replacedBytes);
                drop(bytes);
                ended = true;
            }
        }

        @Override
        public void releaseReplaced(long replacedBytes) {
            checkNotNegative("release", replacedBytes);
            synchronized (lock) {
                checkInUse(replacedBytes);
                use(-replacedBytes);
                everReleasedBytes += replacedBytes;
                limit.count((source == Source.REPLACED ? bytes : 0) - replacedBytes);
                if (source == Source.REPLACED) {
                    source = Source.EMERGENCY;
                    reservedBytes += bytes;
                }
            }
        }

        @Override
        public void forfeit() {
            synchronized (lock) {
                // What has ended holds no bytes, so that ending it again moves none.
                giveBack(bytes);
                ended = true;
            }
        }

        @GuardedBy("lock")
        private void giveBack(long unneeded) {
            limit.count(source == Source.REPLACED ? 0 : -unneeded);
            drop(unneeded);
        }

        @GuardedBy("lock")
        private void drop(long noMorePromised) {
            reservedBytes -= source == Source.REPLACED ? 0 : noMorePromised;
            emergencyPromisedBytes -= source == Source.FREE ? 0 : noMorePromised;
            bytes -= noMorePromised;
        }
    }
}
