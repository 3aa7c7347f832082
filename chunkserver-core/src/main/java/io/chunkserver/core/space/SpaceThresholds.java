package io.chunkserver.core.space;

/**
 * From which share of its space on a server is how full, in whole percent of {@link SpaceSnapshot#usedPercent}: of the limit, by all disks
 * that share it, or of what the file system of a disk lets the server have there, whichever is nearer to its end.
 *
 * @param warnPercent       from here on {@link SpaceLevel#WARN}
 * @param readOnlyPercent   from here on {@link SpaceLevel#READ_ONLY}
 * @param criticalPercent   from here on {@link SpaceLevel#CRITICAL}
 * @param hysteresisPercent a level is left only when so much less is in use than where it began, so that a server at a threshold does not
 *                          go to and fro with each chunk
 */
public record SpaceThresholds(int warnPercent, int readOnlyPercent, int criticalPercent, int hysteresisPercent) {

    /** The last of 15, 5 and 2 percent are kept for growth while somebody looks, for repair, and for what is open already. */
    public static final SpaceThresholds DEFAULT = new SpaceThresholds(85, 95, 98, 2);

    /** Thresholds that are reached only when nothing is left. */
    public static final SpaceThresholds NONE = new SpaceThresholds(100, 100, 100, 0);

    /** The largest hysteresis, so that a level is left before the disk is nearly empty. */
    public static final int MAX_HYSTERESIS_PERCENT = 50;

    public SpaceThresholds {
        if (warnPercent < 1
                || warnPercent > readOnlyPercent
                || readOnlyPercent > criticalPercent
                || criticalPercent > 100) {
            throw new IllegalArgumentException("thresholds of " + warnPercent + ", " + readOnlyPercent + " and "
                    + criticalPercent + " percent are not in the order 1 <= warn <= read-only <= critical <= 100");
        }
        if (hysteresisPercent < 0 || hysteresisPercent >= warnPercent || hysteresisPercent > MAX_HYSTERESIS_PERCENT) {
            throw new IllegalArgumentException("a hysteresis of " + hysteresisPercent + " percent is not within 0 to "
                    + Math.min(warnPercent - 1, MAX_HYSTERESIS_PERCENT));
        }
    }

    /** The level of a server that had another one up to now. */
    SpaceLevel level(double usedPercent, SpaceLevel before) {
        SpaceLevel level = SpaceLevel.NORMAL;
        for (SpaceLevel higher : SpaceLevel.values()) {
            boolean held = higher.compareTo(before) <= 0;
            if (usedPercent >= beginPercent(higher) - (held ? hysteresisPercent : 0)) {
                level = higher;
            }
        }
        return level;
    }

    /** Below which percentage a level is left. */
    int endPercent(SpaceLevel level) {
        return beginPercent(level) - hysteresisPercent;
    }

    private int beginPercent(SpaceLevel level) {
        return switch (level) {
            case NORMAL -> 0;
            case WARN -> warnPercent;
            case READ_ONLY -> readOnlyPercent;
            case CRITICAL -> criticalPercent;
        };
    }
}
