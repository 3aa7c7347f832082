package io.chunkserver.runner.bench;

import java.io.IOException;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** What was seen of a workload. For one thread. */
public final class Load {

    private static final long HIGHEST_MICROS = 3_600_000_000L;
    private static final int SIGNIFICANT_DIGITS = 3;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MEBIBYTE = 1 << 20;

    private final Histogram micros = new Histogram(HIGHEST_MICROS, SIGNIFICANT_DIGITS);
    private long nanos;
    private long bytes;
    private long errors;
    private @Nullable IOException firstError;

    void succeeded(long tookNanos, long movedBytes) {
        micros.recordValue(Math.min(HIGHEST_MICROS, tookNanos / 1000));
        bytes += movedBytes;
    }

    void failed(IOException error) {
        errors++;
        if (firstError == null) {
            firstError = error;
        }
    }

    /** Says how long all of it took, from the first thread's begin to the last one's end. */
    void lasted(long elapsedNanos) {
        nanos += elapsedNanos;
    }

    /** Adds what was seen elsewhere or in another round. */
    void add(Load other) {
        micros.add(other.micros);
        nanos += other.nanos;
        bytes += other.bytes;
        errors += other.errors;
        if (firstError == null) {
            firstError = other.firstError;
        }
    }

    /** Operations that succeeded. */
    public long operations() {
        return micros.getTotalCount();
    }

    public long errors() {
        return errors;
    }

    /** Why the first operation failed that did. */
    public @Nullable IOException firstError() {
        return firstError;
    }

    public double seconds() {
        return nanos / NANOS_PER_SECOND;
    }

    public double operationsPerSecond() {
        return nanos == 0 ? 0 : operations() / seconds();
    }

    public double mebibytesPerSecond() {
        return nanos == 0 ? 0 : bytes / MEBIBYTE / seconds();
    }

    /** The time within which so many in a hundred of the operations that succeeded were done. */
    public long percentileMicros(double percent) {
        return micros.getValueAtPercentile(percent);
    }
}
