package io.chunkserver.core.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/**
 * Writes pieces of files that are not forced, each past the page cache or into it. Past it is the rule: a byte that goes through the cache
 * costs the processor a copy and the pages for it, which sending, receiving and checking need as well, and is written to the device all the
 * same a little later. But a slow device is nothing to wait for where the cache takes bursts at the speed of memory. So a piece goes into
 * the cache where that was lately {@value #WORTH_THE_CACHE} times quicker: where a hard disk would be waited for, and memory is at hand.
 *
 * <p>What a way takes is the middle one of its last {@value #KEPT} pieces. The other way is tried again with one piece, so that a change is
 * noticed, when that costs one part in {@value #TRIAL_SHARE} of the time at most: a way that is a hundred times slower is tried a hundred
 * times more rarely. Where nothing is known it is the cache.
 *
 * <p>For all files of a data directory. Thread-safe; no lock is held over a write.
 */
final class WriteWays {

    /** So many times quicker than the device the page cache has to be: then it makes good what it costs the processor. */
    static final int WORTH_THE_CACHE = 8;

    /** So many times as long as a piece takes in the slower way, pieces are written between two trials of the other way. */
    static final int TRIAL_SHARE = 64;

    /** So many pieces say what a way takes: more than half of them have to be slow before it counts as slow. */
    static final int KEPT = 5;

    /** No piece counts as longer, so that a clock that jumps does not put off the next trial for good. */
    static final Duration LONGEST = Duration.ofSeconds(10);

    private final InstantSource clock;

    @GuardedBy("this")
    private final Times cached = new Times();

    @GuardedBy("this")
    private final Times direct = new Times();

    /** How long was written since the other way was tried. */
    @GuardedBy("this")
    private long sinceTrialNanos;

    /**
     * @param clock measures writes; it may jump, and it may stand still
     */
    WriteWays(InstantSource clock) {
        this.clock = clock;
    }

    /** What the last pieces of one way have taken. */
    private static final class Times {

        private final long[] nanos = new long[KEPT];
        private long pieces;

        /** The middle one, the shorter of two; 0 when there was none yet. */
        private long usualNanos;

        void add(long took) {
            nanos[(int) (pieces % KEPT)] = took;
            pieces++;
            int known = (int) Math.min(pieces, KEPT);
            long[] sorted = Arrays.copyOf(nanos, known);
            Arrays.sort(sorted);
            usualNanos = sorted[(known - 1) / 2];
        }
    }

    /**
     * Writes a whole piece, of which no page is written otherwise meanwhile. When this returns all of it is in the page cache or on the device.
     *
     * @param piece as {@link DiskFile#writeDirectly} wants it
     * @return whether it has gone into the page cache
     */
    boolean write(DiskFile file, ByteBuffer piece, long position) throws IOException {
        if (isDirectNext()) {
            Instant begun = clock.instant();
            if (file.writeDirectly(piece, position)) {
                took(true, begun);
                return false;
            }
            refused();
        }
        Instant begun = clock.instant();
        file.writeFully(piece, position);
        took(false, begun);
        return true;
    }

    private synchronized boolean isDirectNext() {
        if (cached.pieces == 0 || direct.pieces == 0) {
            return cached.pieces != 0;
        }
        boolean directIsUsual = direct.usualNanos < WORTH_THE_CACHE * cached.usualNanos;
        long slowerNanos = Math.max(direct.usualNanos, cached.usualNanos);
        if (sinceTrialNanos >= TRIAL_SHARE * slowerNanos) {
            sinceTrialNanos = 0;
            return !directIsUsual;
        }
        return directIsUsual;
    }

    /** The disk cannot write past the cache, or cannot now, for want of a file handle: that counts as the slowest way, not for good. */
    private synchronized void refused() {
        direct.add(LONGEST.toNanos());
    }

    /** A write that fails says nothing about how fast the disk is, and is not told here. */
    private synchronized void took(boolean directly, Instant begun) {
        Duration time = Duration.between(begun, clock.instant());
        // A clock that stands still counts pieces.
        long nanos = time.compareTo(LONGEST) < 0 ? Math.max(1, time.toNanos()) : LONGEST.toNanos();
        sinceTrialNanos += nanos;
        (directly ? direct : cached).add(nanos);
    }
}
