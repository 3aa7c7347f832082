package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.Sizes;
import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Progress as one line that is written over and over, at most ten times a second. */
final class ProgressBar implements Progress {

    private static final int WIDTH = 30;
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final PrintStream err;
    private final String label;
    private final long totalBytes;
    private final LongSupplier nanoClock;
    private final long startedNanos;
    private long shownNanos;
    private long positionBytes;

    /**
     * A bar that shows nothing yet.
     *
     * @param totalBytes how much there is to do, or a negative number when nobody knows
     */
    ProgressBar(PrintStream err, String label, long totalBytes, LongSupplier nanoClock) {
        this.err = err;
        this.label = label;
        this.totalBytes = totalBytes;
        this.nanoClock = nanoClock;
        this.startedNanos = nanoClock.getAsLong();
        this.shownNanos = startedNanos - INTERVAL_NANOS;
    }

    @Override
    public void at(long newPositionBytes) {
        positionBytes = newPositionBytes;
        long now = nanoClock.getAsLong();
        if (now - shownNanos >= INTERVAL_NANOS) {
            shownNanos = now;
            show(now);
        }
    }

    @Override
    public void close() {
        show(nanoClock.getAsLong());
        err.print("\n");
    }

    private void show(long now) {
        double seconds = Math.max(now - startedNanos, 1) / (double) TimeUnit.SECONDS.toNanos(1);
        String speed = Sizes.readable((long) (positionBytes / seconds)) + "/s";
        String line = totalBytes < 0
                ? String.format(Locale.ROOT, "%s  %s  %s", label, Sizes.readable(positionBytes), speed)
                : String.format(
                        Locale.ROOT,
                        "%s [%s] %3d%%  %s of %s  %s",
                        label,
                        bar(),
                        percent(),
                        Sizes.readable(positionBytes),
                        Sizes.readable(totalBytes),
                        speed);
        // The sequence clears what a longer line before this one left behind.
        err.print("\r" + line + "\u001b[K");
        err.flush();
    }

    private String bar() {
        int filled = (int) (percent() * WIDTH / 100);
        return "#".repeat(filled) + ".".repeat(WIDTH - filled);
    }

    private long percent() {
        return totalBytes == 0 ? 100 : Math.min(100, (long) (100.0 * positionBytes / totalBytes));
    }
}
