package io.chunkserver.runner.plot;

import java.util.List;

/** Sizes as people say them. */
final class Sizes {

    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");
    private static final int STEP = 1024;

    private Sizes() {}

    /** In the largest unit that leaves a whole number, as in {@code 64 KiB}. */
    static String text(long bytes) {
        long left = bytes;
        int unit = 0;
        while (left > 0 && left % STEP == 0 && unit < UNITS.size() - 1) {
            left /= STEP;
            unit++;
        }
        return left + " " + UNITS.get(unit);
    }
}
