package io.chunkserver.core.model;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

/** What every metric promises. */
class DistanceMetricProperties {

    @Property
    void distancesAreSymmetricAndNotNegative(
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double ax,
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double ay,
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double bx,
            @ForAll @DoubleRange(min = -1e6, max = 1e6) double by) {
        Location a = new Location(ax, ay);
        Location b = new Location(bx, by);
        for (DistanceMetric metric : new DistanceMetric[] {DistanceMetric.EUCLIDEAN, DistanceMetric.MANHATTAN}) {
            assertThat(metric.between(a, b)).isNotNegative().isEqualTo(metric.between(b, a));
            assertThat(metric.between(a, a)).isZero();
        }
        assertThat(DistanceMetric.EUCLIDEAN.between(a, b))
                .isLessThanOrEqualTo(DistanceMetric.MANHATTAN.between(a, b) * (1 + 1e-12));
    }
}
