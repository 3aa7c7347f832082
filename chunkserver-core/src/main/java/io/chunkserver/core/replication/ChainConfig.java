package io.chunkserver.core.replication;

import io.chunkserver.core.model.DistanceMetric;
import java.time.Duration;

/**
 * How chains are ordered and watched.
 *
 * @param metric       the distance by which members are ordered; default the straight line
 * @param stallTimeout a member that takes no byte for this long is given up; default 5 s, far beyond a healthy disk's longest
 *                     pause and well below what a client waits
 */
public record ChainConfig(DistanceMetric metric, Duration stallTimeout) {

    public static final ChainConfig DEFAULT = new ChainConfig(DistanceMetric.EUCLIDEAN, Duration.ofSeconds(5));

    public ChainConfig {
        if (stallTimeout.isNegative() || stallTimeout.isZero()) {
            throw new IllegalArgumentException("stall timeout " + stallTimeout + " is not above 0");
        }
    }
}
