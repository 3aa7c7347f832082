package io.chunkserver.runner.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 64MiB}, {@code 4 KiB}, or a number alone in a unit that the place defines. */
public final class Sizes {

    /** One mebibyte. */
    public static final long MEBIBYTE = 1L << 20;

    private static final Pattern FORM = Pattern.compile("([0-9]{1,19})\\s?([A-Za-z]*)");
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    private static final int BITS_PER_STEP = 10;

    private Sizes() {}

    /** Reads a size; a number alone counts bytes. */
    public static long parse(String text) {
        return parse(text, 1);
    }

    /**
     * Reads a size.
     *
     * @param bareUnitBytes what a number without a unit counts, in bytes
     * @throws IllegalArgumentException when the text is no size or exceeds {@link Long#MAX_VALUE} bytes
     */
    public static long parse(String text, long bareUnitBytes) {
        Matcher matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a size is a whole number with a unit such as 64MiB");
        }
        try {
            return Math.multiplyExact(Long.parseLong(matcher.group(1)), unitBytes(matcher.group(2), bareUnitBytes));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("the size is larger than " + Long.MAX_VALUE + " bytes", e);
        }
    }

    private static long unitBytes(String unit, long bareUnitBytes) {
        if (unit.isEmpty()) {
            return bareUnitBytes;
        }
        for (int step = 0; step < UNITS.length; step++) {
            if (UNITS[step].equalsIgnoreCase(unit)) {
                return 1L << (BITS_PER_STEP * step);
            }
        }
        throw new IllegalArgumentException("the unit " + unit + " is not one of " + String.join(", ", UNITS));
    }

    /** Writes a size in the largest unit that loses nothing, so that {@link #parse(String)} reads it back. */
    public static String exact(long bytes) {
        int step = 0;
        long value = bytes;
        while (value != 0 && value % 1024 == 0 && step < UNITS.length - 1) {
            value /= 1024;
            step++;
        }
        return value + UNITS[step];
    }

    /** Writes a size for reading: one digit after the point, such as {@code 1.5 GiB}. */
    public static String readable(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        int step = 0;
        while (value >= 1024 && step < UNITS.length - 1) {
            value /= 1024;
            step++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, UNITS[step]);
    }
}
