package io.chunkserver.transport.client;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;

/** Chance that names clients by a seed and draws the shortest delay there is, so that no test waits; notes the bounds. */
final class NoDelays implements RandomGenerator {

    private final Random names;
    private final List<Long> bounds = new CopyOnWriteArrayList<>();

    NoDelays(long seed) {
        names = new Random(seed);
    }

    @Override
    public long nextLong() {
        return names.nextLong();
    }

    @Override
    public long nextLong(long bound) {
        bounds.add(bound);
        return 0;
    }

    /** The bounds, in nanoseconds and not included, between 0 and which delays were drawn. */
    List<Long> bounds() {
        return List.copyOf(bounds);
    }
}
