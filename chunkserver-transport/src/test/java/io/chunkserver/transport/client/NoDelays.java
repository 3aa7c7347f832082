package io.chunkserver.transport.client;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/**
 * Chance that names clients by a seed and draws the shortest delay there is, so that no test waits; or, from some draw on, the
 * longest, which may be more than a caller has time for. Notes the bounds.
 */
final class NoDelays implements RandomGenerator {

    private final Random names;
    private final List<Long> bounds = new CopyOnWriteArrayList<>();
    private final int shortDraws;

    NoDelays(long seed) {
        this(seed, Integer.MAX_VALUE);
    }

    /** After so many draws the longest delay is drawn. */
    NoDelays(long seed, int shortDraws) {
        this.names = new Random(seed);
        this.shortDraws = shortDraws;
    }

    @Override
    public long nextLong() {
        return names.nextLong();
    }

    @Override
    public long nextLong(long bound) {
        bounds.add(bound);
        return bounds.size() <= shortDraws ? 0 : bound - 1;
    }

    /** The bounds, in nanoseconds and not included, between 0 and which delays were drawn. */
    List<Long> bounds() {
        return List.copyOf(bounds);
    }
}
