package io.chunkserver.core.model;

/**
 * Where a server stands, in the operator's own plane; only distances between locations have a meaning.
 *
 * @param x finite
 * @param y finite
 */
public record Location(double x, double y) {

    public static final Location ORIGIN = new Location(0, 0);

    public Location {
        if (!Double.isFinite(x) || !Double.isFinite(y)) {
            throw new IllegalArgumentException("location (" + x + ", " + y + ") is not finite");
        }
    }

    @Override
    public String toString() {
        return "(" + x + ", " + y + ")";
    }
}
