package io.chunkserver.runner.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A workload and its baselines in turns, so that a machine that becomes slower or faster meanwhile does it to all of them.
 *
 * @param load      of all rounds
 * @param baselines by their names, likewise
 * @param ratios    for each baseline, the median over the rounds of the workload's bytes per second as a part of the baseline's;
 *                  none at all when the workload did nothing in some round
 */
public record Comparison(Load load, Map<String, Load> baselines, Map<String, Double> ratios) {

    private static final int ROUNDS = 3;

    /**
     * Measures; ends early when the workload fails in a round. Before that everything runs for the time of the warm-up, uncounted.
     *
     * @param duration of the workload, all rounds together; each baseline gets as much
     * @throws IOException why a baseline failed, be it in the warm-up: a ratio to it would mean nothing
     */
    public static Comparison measure(
            LoadGenerator generator,
            Workload workload,
            Map<String, Workload> baselines,
            Duration warmUp,
            Duration duration)
            throws IOException {
        if (!warmUp.isZero()) {
            for (Map.Entry<String, Workload> baseline : baselines.entrySet()) {
                runBaseline(generator, baseline, warmUp);
            }
            generator.run(workload, warmUp);
        }
        // Without anything to take turns with, a pause between rounds would only blur the figures.
        int rounds = baselines.isEmpty() ? 1 : ROUNDS;
        Load load = new Load();
        Map<String, Load> sums = new LinkedHashMap<>();
        Map<String, double[]> ratios = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            Load one = generator.run(workload, duration.dividedBy(rounds));
            load.add(one);
            if (one.operations() == 0) {
                return new Comparison(load, sums, Map.of());
            }
            for (Map.Entry<String, Workload> baseline : baselines.entrySet()) {
                Load beside = runBaseline(generator, baseline, duration.dividedBy(rounds));
                sums.computeIfAbsent(baseline.getKey(), name -> new Load()).add(beside);
                ratios.computeIfAbsent(baseline.getKey(), name -> new double[rounds])[round] =
                        one.mebibytesPerSecond() / beside.mebibytesPerSecond();
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        ratios.forEach((name, seen) -> medians.put(name, median(seen)));
        return new Comparison(load, sums, medians);
    }

    private static Load runBaseline(LoadGenerator generator, Map.Entry<String, Workload> baseline, Duration duration)
            throws IOException {
        Load load = generator.run(baseline.getValue(), duration);
        IOException error = load.firstError();
        if (error != null) {
            throw new IOException("baseline " + baseline.getKey() + " failed: " + error.getMessage(), error);
        }
        return load;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
