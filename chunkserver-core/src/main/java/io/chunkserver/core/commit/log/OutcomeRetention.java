package io.chunkserver.core.commit.log;

import java.time.Duration;

/**
 * How long the outcome of a committed transaction is remembered.
 *
 * <p>With each checkpoint, outcomes beyond {@code minOutcomes} that are older than {@code minAge} are forgotten; and
 * whenever there are more than {@code maxOutcomes}, a tenth of them. The transactions with the oldest ids go first, and
 * never one that some member has not acknowledged yet.
 *
 * @param minOutcomes outcomes that are always remembered
 * @param minAge      how long an outcome is remembered in any case, but for the next limit
 * @param maxOutcomes outcomes that are remembered at most, but for those not acknowledged
 */
public record OutcomeRetention(int minOutcomes, Duration minAge, int maxOutcomes) {

    /**
     * 100,000 outcomes and at least one hour, which is longer than any client goes on retrying; at most 300,000,
     * because an outcome takes some 400 bytes of heap and the memory must be bounded at any rate of commits.
     */
    public static final OutcomeRetention DEFAULT = new OutcomeRetention(100_000, Duration.ofHours(1), 300_000);

    private static final int FORGOTTEN_AT_ONCE = 10;

    public OutcomeRetention {
        if (minOutcomes < 0 || maxOutcomes < minOutcomes) {
            throw new IllegalArgumentException("outcomes to remember: at least " + minOutcomes + " and at most "
                    + maxOutcomes + " is not a range from 0 up");
        }
        if (minAge.isNegative() || minAge.compareTo(Duration.ofMillis(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("outcomes cannot be remembered for " + minAge);
        }
    }

    /** How many are left when there were too many; some room, because forgetting costs a force. */
    int afterOverflow() {
        return Math.max(minOutcomes, maxOutcomes - maxOutcomes / FORGOTTEN_AT_ONCE);
    }
}
