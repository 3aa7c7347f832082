package io.chunkserver.runner.cli;

import io.chunkserver.core.model.Durability;
import io.chunkserver.runner.bench.Comparison;
import io.chunkserver.runner.bench.Load;
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
    private static final double TWO_DIGITS = 100;

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
                "%s of %d bytes, %s, %s%s: %.1f MiB/s, %.1f operations/s%n"
                        + "p50 %d us, p99 %d us, p99.9 %d us; %s in %.1f s, %s",
                operation,
                movedBytes,
                count(threads, "thread"),
                copies == 1 ? "1 copy" : copies + " copies",
                durability == null ? "" : ", " + durability.word(),
                load.mebibytesPerSecond(),
                load.operationsPerSecond(),
                load.percentileMicros(P50),
                load.percentileMicros(P99),
                load.percentileMicros(P999),
                count(load.operations(), "operation"),
                load.seconds(),
                count(load.errors(), "error")));
        if (load.firstError() != null) {
            text.append("\nfirst error: ").append(Failures.of(load.firstError()).message());
        }
        for (Map.Entry<String, Load> baseline : seen.baselines().entrySet()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%nbeside it %s: %.1f MiB/s, %.1f operations/s; ratio %s",
                    baseline.getKey(),
                    baseline.getValue().mebibytesPerSecond(),
                    baseline.getValue().operationsPerSecond(),
                    ratio(baseline.getKey()) == null ? "unknown" : ratio(baseline.getKey())));
        }
        return text.toString();
    }

    /** Null when the servers did nothing in some round. */
    private @Nullable Double ratio(String baseline) {
        Double ratio = seen.ratios().get(baseline);
        return ratio == null ? null : Double.valueOf(rounded(ratio));
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static double rounded(double value) {
        return Math.round(value * TWO_DIGITS) / TWO_DIGITS;
    }
}
