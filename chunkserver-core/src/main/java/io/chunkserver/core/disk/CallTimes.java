package io.chunkserver.core.disk;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long the last calls of one kind have taken: as many as are kept, and none that is older than a while. Ages are counted in looks, as by
 * {@link CallWatch}, so that a clock which jumps makes one call look wrong and not the disk.
 *
 * <p>Safe for many threads; nothing waits.
 */
final class CallTimes {

    /** So many are kept. */
    static final int KEPT = 64;

    /** Fewer say nothing. */
    static final int LEAST = 16;

    /** Looks after which a call says nothing any more about the disk: ten minutes. */
    static final int REMEMBERED_LOOKS = 120;

    /** The look after which it ended, 1 or above, and microseconds in the lower half; 0 where there was none yet. */
    private final AtomicLongArray calls = new AtomicLongArray(KEPT);

    private final AtomicInteger next = new AtomicInteger();

    /** A call has ended. */
    void add(Duration took, long look) {
        long micros = Math.max(0, Math.min(took.toNanos() / 1000, Integer.MAX_VALUE));
        calls.set(Math.floorMod(next.getAndIncrement(), KEPT), (look + 1) << Integer.SIZE | micros);
    }

    /** The middle one of those that still count; empty when they are too few. */
    Optional<Duration> median(long look) {
        long[] micros = new long[KEPT];
        int count = 0;
        for (int i = 0; i < KEPT; i++) {
            long call = calls.get(i);
            if (call != 0 && look + 1 - (call >>> Integer.SIZE) < REMEMBERED_LOOKS) {
                micros[count] = call & Integer.MAX_VALUE;
                count++;
            }
        }
        if (count < LEAST) {
            return Optional.empty();
        }
        Arrays.sort(micros, 0, count);
        return Optional.of(Duration.ofNanos(micros[count / 2] * 1000));
    }
}
