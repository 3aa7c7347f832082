package io.chunkserver.runner.cli;

import io.chunkserver.core.model.Durability;
import io.chunkserver.runner.bench.Comparison;
import io.chunkserver.runner.bench.Load;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bench} answers.
 *
 * @param sizeBytes  of each chunk
 * @param movedBytes by each operation
 * @param copies     of each chunk, the primary's included
 * @param durability null when the servers' own counted and nothing was stored
 */
record BenchAnswer(
        BenchOperation operation,
        long sizeBytes,
        long movedBytes,
        int threads,
        int copies,
        @Nullable Durability durability,
        Comparison seen) {

    private static final double P50 = 50;
    private static final double P99 = 99;
    private static final double P999 = 99.9;

    private static final int SIGNIFICANT_DIGITS = 3;
    private static final int DECIMALS = 2;
    private static final int DECIMALS_IN_WORDS = 1;

    Answer answer() {
        return new Answer(text(), json());
    }

    private JsonLine json() {
        Load load = seen.load();
        JsonLine line = JsonLine.answer("chunkserver.bench/1")
                .with("op", operation.name())
                .with("sizeBytes", sizeBytes)
                .with("movedBytes", movedBytes)
                .with("threads", threads)
                .with("replicas", copies)
                .with("durability", durability == null ? null : durability.word())
                .with("seconds", rounded(load.seconds()))
                .with("ops", load.operations())
                .with("opsPerSecond", rounded(load.operationsPerSecond()))
                .with("mebibytesPerSecond", rounded(load.mebibytesPerSecond()))
                .with("p50Micros", load.percentileMicros(P50))
                .with("p99Micros", load.percentileMicros(P99))
                .with("p999Micros", load.percentileMicros(P999))
                .with("errors", load.errors());
        if (load.firstError() != null) {
            line.with("firstError", Failures.of(load.firstError()).message());
        }
        if (!seen.baselines().isEmpty()) {
            JsonLine baselines = JsonLine.part();
            seen.baselines().forEach((name, one) -> baselines.with(name, json(name, one)));
            line.with("baselines", baselines);
        }
        return line;
    }

    private JsonLine json(String name, Load baseline) {
        return JsonLine.part()
                .with("opsPerSecond", rounded(baseline.operationsPerSecond()))
                .with("mebibytesPerSecond", rounded(baseline.mebibytesPerSecond()))
                .with("ratio", ratio(name));
    }

    private String text() {
        Load load = seen.load();
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s of %d bytes, %s, %s%s: %s MiB/s, %s operations/s%n"
                        + "p50 %d us, p99 %d us, p99.9 %d us; %s in %.1f s, %s",
                operation,
                movedBytes,
                count(threads, "thread"),
                copies == 1 ? "1 copy" : copies + " copies",
                durability == null ? "" : ", " + durability.word(),
                words(load.mebibytesPerSecond()),
                words(load.operationsPerSecond()),
                load.percentileMicros(P50),
                load.percentileMicros(P99),
                load.percentileMicros(P999),
                count(load.operations(), "operation"),
                load.seconds(),
                count(load.errors(), "error")));
        if (load.firstError() != null) {
            text.append("\nfirst ").append(FailureAnswer.text(Failures.of(load.firstError())));
        }
        for (Map.Entry<String, Load> baseline : seen.baselines().entrySet()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%nbeside it %s: %s MiB/s, %s operations/s; ratio %s",
                    baseline.getKey(),
                    words(baseline.getValue().mebibytesPerSecond()),
                    words(baseline.getValue().operationsPerSecond()),
                    ratioInWords(baseline.getKey())));
        }
        return text.toString();
    }

    /** Null when the servers did nothing in some round. */
    private @Nullable Double ratio(String baseline) {
        Double ratio = seen.ratios().get(baseline);
        return ratio == null ? null : Double.valueOf(rounded(ratio));
    }

    private String ratioInWords(String baseline) {
        Double ratio = seen.ratios().get(baseline);
        return ratio == null ? "unknown" : rounded(ratio, DECIMALS).toPlainString();
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static double rounded(double value) {
        return rounded(value, DECIMALS).doubleValue();
    }

    private static String words(double value) {
        return rounded(value, DECIMALS_IN_WORDS).toPlainString();
    }

    /** To so many decimals, and more where they would be less than three significant digits: what is small is not nothing. */
    private static BigDecimal rounded(double value, int decimals) {
        BigDecimal exact = BigDecimal.valueOf(value);
        int digitsBeforePoint = exact.precision() - exact.scale();
        int kept = exact.signum() == 0 ? decimals : Math.max(decimals, SIGNIFICANT_DIGITS - digitsBeforePoint);
        return exact.setScale(kept, RoundingMode.HALF_UP);
    }
}
