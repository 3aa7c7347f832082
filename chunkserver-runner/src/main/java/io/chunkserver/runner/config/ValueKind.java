package io.chunkserver.runner.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tomlj.TomlArray;

/**
 * What a setting's values look like; immutable.
 *
 * @param allowed   the values in words, for error messages and for the list of settings
 * @param tomlTypes the TOML types that may carry it; from flags and variables it comes as text
 * @param parser    reads a text; throws {@link IllegalArgumentException} with the reason
 * @param writer    writes a value so that the parser reads it back
 */
public record ValueKind<T>(
        String allowed, Set<Class<?>> tomlTypes, Function<String, T> parser, Function<T, String> writer) {

    private static final Set<Class<?>> TEXT = Set.of(String.class);
    private static final Set<Class<?>> TEXT_OR_INTEGER = Set.of(String.class, Long.class);
    private static final Set<Class<?>> NUMBER = Set.of(Long.class, Double.class);
    private static final Set<Class<?>> LIST = Set.of(TomlArray.class);

    /** What stands between the values of a list where one text has to carry them. */
    public static final String SEPARATOR = ",";

    static <T> ValueKind<T> text(String allowed, Function<String, T> parser, Function<T, String> writer) {
        return new ValueKind<>(allowed, TEXT, parser, writer);
    }

    static ValueKind<Double> decimal() {
        return new ValueKind<>("a finite number", NUMBER, ValueKind::finite, String::valueOf);
    }

    static ValueKind<Integer> integer(int least, int most) {
        return new ValueKind<>(
                least + " to " + most,
                Set.of(Long.class),
                text -> Math.toIntExact(within(wholeNumber(text), least, most)),
                String::valueOf);
    }

    /** A size; a bare number counts {@code bareUnitBytes} each. */
    static ValueKind<Long> size(long bareUnitBytes, long leastBytes, long mostBytes) {
        return new ValueKind<>(
                Sizes.exact(leastBytes) + " to " + Sizes.exact(mostBytes) + ", a bare number counts "
                        + (bareUnitBytes == 1 ? "bytes" : Sizes.exact(bareUnitBytes)),
                TEXT_OR_INTEGER,
                text -> within(Sizes.parse(text, bareUnitBytes), leastBytes, mostBytes),
                Sizes::exact);
    }

    static ValueKind<Duration> duration(Duration least, Duration most) {
        return new ValueKind<>(
                Durations.exact(least) + " to " + Durations.exact(most) + ", a bare number counts seconds",
                TEXT_OR_INTEGER,
                text -> {
                    Duration duration = Durations.parse(text);
                    within(duration.toMillis(), least.toMillis(), most.toMillis());
                    return duration;
                },
                Durations::exact);
    }

    /**
     * Several values: an array in TOML, a repeated flag, separated by commas in a variable.
     *
     * @param most the most values
     */
    static <T> ValueKind<List<T>> list(ValueKind<T> element, int most) {
        Pattern separator = Pattern.compile(SEPARATOR);
        return new ValueKind<>(
                "1 to " + most + " times " + element.allowed(),
                LIST,
                text -> {
                    List<T> values = all(element, separator.splitAsStream(text).toList());
                    if (values.isEmpty() || values.size() > most) {
                        throw new IllegalArgumentException(values.size() + " values are given");
                    }
                    if (values.stream().distinct().count() < values.size()) {
                        throw new IllegalArgumentException("a value is given twice");
                    }
                    return values;
                },
                values -> values.stream().map(element.writer()).collect(Collectors.joining(SEPARATOR)));
    }

    /** Every element, or what is wrong with each that is: whoever mends a file wants to do so once. */
    private static <T> List<T> all(ValueKind<T> element, List<String> texts) {
        List<T> values = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        for (String text : texts) {
            try {
                values.add(element.parser().apply(text.strip()));
            } catch (IllegalArgumentException e) {
                complaints.add(String.valueOf(e.getMessage()));
            }
        }
        if (!complaints.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", complaints));
        }
        return values;
    }

    /** Whether it is a list, for which a flag may be repeated. */
    public boolean isList() {
        return tomlTypes.equals(LIST);
    }

    private static Double finite(String text) {
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("the number is not finite");
        }
        return value;
    }

    private static long wholeNumber(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("a whole number is expected", e);
        }
    }

    private static long within(long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("the value is out of range");
        }
        return value;
    }
}
