package io.chunkserver.core.space;

import java.time.Duration;

/**
 * What an operator decides about a server's space, beside its limit.
 *
 * @param thresholds   from where on it is how full
 * @param tombstoneAge how long it is remembered that a chunk was deleted; 7 days by default, as long as a server may be away and still
 *                     be told
 */
public record SpaceConfig(SpaceThresholds thresholds, Duration tombstoneAge) {

    public static final SpaceConfig DEFAULT = new SpaceConfig(SpaceThresholds.DEFAULT, Duration.ofDays(7));

    public SpaceConfig {
        if (tombstoneAge.isNegative()) {
            throw new IllegalArgumentException("age of tombstones " + tombstoneAge + " is below 0");
        }
    }

    public SpaceConfig withThresholds(SpaceThresholds changed) {
        return new SpaceConfig(changed, tombstoneAge);
    }

    public SpaceConfig withTombstoneAge(Duration age) {
        return new SpaceConfig(thresholds, age);
    }
}
