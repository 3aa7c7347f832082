package io.chunkserver.core.testkit;

/** 64 bits that are equal for equal sequences of values, and as good as never for others. Not for enemies. */
final class Fingerprint {

    /** 2⁶⁴ divided by the golden ratio, which spreads neighbouring numbers widely. */
    private static final long SPREADING = 0x9E3779B97F4A7C15L;

    private long hash;

    void add(long value) {
        hash = (hash ^ value) * SPREADING;
        hash ^= hash >>> 29;
    }

    void add(String text) {
        add(text.length());
        text.chars().forEach(this::add);
    }

    long value() {
        return hash;
    }
}
