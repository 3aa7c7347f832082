package io.chunkserver.core.model;

/** How far two servers are apart: symmetric, not negative, 0 for equal locations. */
@FunctionalInterface
public interface DistanceMetric {

    /** The straight line in the plane. */
    DistanceMetric EUCLIDEAN = (a, b) -> Math.hypot(a.x() - b.x(), a.y() - b.y());

    /** The sum of both coordinates' differences: for locations that number racks and rows. */
    DistanceMetric MANHATTAN = (a, b) -> Math.abs(a.x() - b.x()) + Math.abs(a.y() - b.y());

    double between(Location a, Location b);
}
