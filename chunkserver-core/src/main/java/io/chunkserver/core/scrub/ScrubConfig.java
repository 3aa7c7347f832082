package io.chunkserver.core.scrub;

import java.time.Duration;

/**
 * How eagerly a server looks for damage.
 *
 * @param bytesPerSecond      what is read while nothing else is going on; a tenth of it under load. Default 8 MiB, a twentieth of what a hard
 *                            disk reads: 1 TB takes a day and a half
 * @param interval            from the end of one cycle to the start of the next; zero for cycles on demand only. Default a week: two copies
 *                            are rarely lost within it
 * @param quarantineRetention how long a file that was taken out of service is kept at least. Default a week, so that whoever looks after
 *                            the server can look at it; one that may be the last copy is kept for ever
 */
public record ScrubConfig(long bytesPerSecond, Duration interval, Duration quarantineRetention) {

    public static final ScrubConfig DEFAULT = new ScrubConfig(8L << 20, Duration.ofDays(7), Duration.ofDays(7));

    public ScrubConfig {
        if (bytesPerSecond < 1 || interval.isNegative() || quarantineRetention.isNegative()) {
            throw new IllegalArgumentException(bytesPerSecond + " bytes per second, every " + interval + " and "
                    + quarantineRetention + " in the quarantine cannot be");
        }
    }
}
