package io.chunkserver.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** One thread and a clock that only operations move, one second each: every figure is exact. */
class ComparisonTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final long MEBIBYTE = 1 << 20;

    private final AtomicLong clock = new AtomicLong();
    private final LoadGenerator generator = new LoadGenerator(1, ScriptedWorkload.reading(clock));
    private final List<String> turns = new ArrayList<>();

    @Test
    void withoutBaselinesThereIsOneRound() throws IOException {
        Comparison seen =
                Comparison.measure(generator, workload("it", 5), Map.of(), Duration.ZERO, Duration.ofSeconds(4));
        assertThat(turns).containsExactly("it", "it", "it", "it");
        assertThat(seen.load().seconds()).isEqualTo(4);
        assertThat(seen.load().mebibytesPerSecond()).isEqualTo(5);
        assertThat(seen.baselines()).isEmpty();
        assertThat(seen.ratios()).isEmpty();
    }

    @Test
    void theWorkloadAndItsBaselinesTakeTurnsInThreeRounds() throws IOException {
        Map<String, Workload> baselines = new LinkedHashMap<>();
        baselines.put("files", workload("files", 2));
        baselines.put("sockets", workload("sockets", 4));
        Comparison seen =
                Comparison.measure(generator, workload("it", 1), baselines, Duration.ZERO, Duration.ofSeconds(3));
        assertThat(turns).containsExactly("it", "files", "sockets", "it", "files", "sockets", "it", "files", "sockets");
        assertThat(seen.load().operations()).isEqualTo(3);
        assertThat(seen.baselines().keySet()).containsExactly("files", "sockets");
        assertThat(seen.baselines().get("files").mebibytesPerSecond()).isEqualTo(2);
        assertThat(seen.ratios()).isEqualTo(Map.of("files", 0.5, "sockets", 0.25));
    }

    @Test
    void aRatioIsTheMedianOfTheRounds() throws IOException {
        Workload uneven = new ScriptedWorkload(
                clock,
                SECOND,
                (number, thread) -> new long[] {90 * MEBIBYTE, MEBIBYTE, 3 * MEBIBYTE}[(int) number - 1]);
        Comparison seen = Comparison.measure(
                generator, uneven, Map.of("even", workload("even", 2)), Duration.ZERO, Duration.ofSeconds(3));
        assertThat(seen.ratios()).isEqualTo(Map.of("even", 1.5));
        assertThat(seen.load().mebibytesPerSecond()).isEqualTo((90 + 1 + 3) / 3.0);
    }

    @Test
    void theWarmUpIsDoneByAllAndCountedForNone() throws IOException {
        Comparison seen = Comparison.measure(
                generator,
                workload("it", 1),
                Map.of("files", workload("files", 1)),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3));
        assertThat(turns).startsWith("files", "files", "it", "it").hasSize(2 + 2 + 3 + 3);
        assertThat(seen.load().operations()).isEqualTo(3);
        assertThat(seen.baselines().get("files").operations()).isEqualTo(3);
    }

    @Test
    void baselineThatFailsIsNoBaseline() {
        Workload full = new ScriptedWorkload(clock, SECOND, (number, thread) -> {
            throw new IOException("No space left on device");
        });
        assertThatThrownBy(() -> Comparison.measure(
                        generator, workload("it", 1), Map.of("files", full), Duration.ZERO, Duration.ofSeconds(3)))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("files", "No space left on device");
    }

    @Test
    void baselineThatFailsInTheWarmUpAloneIsNoBaseline() {
        Workload wrongAtFirst = new ScriptedWorkload(clock, SECOND, (number, thread) -> {
            if (number == 1) {
                throw new IOException("not yet");
            }
            return MEBIBYTE;
        });
        assertThatThrownBy(() -> Comparison.measure(
                        generator,
                        workload("it", 1),
                        Map.of("sockets", wrongAtFirst),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3)))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("sockets", "not yet");
        assertThat(turns).isEmpty();
    }

    @Test
    void roundInWhichNothingSucceededMakesNoRatio() throws IOException {
        Workload gone = new ScriptedWorkload(clock, SECOND, (number, thread) -> {
            if (number > 1) {
                throw new IOException("gone");
            }
            return MEBIBYTE;
        });
        Comparison seen = Comparison.measure(
                generator, gone, Map.of("files", workload("files", 1)), Duration.ZERO, Duration.ofSeconds(3));
        assertThat(seen.load().operations()).isEqualTo(1);
        assertThat(seen.baselines()).containsOnlyKeys("files");
        assertThat(seen.ratios()).isEmpty();
    }

    private Workload workload(String name, long mebibytes) {
        return new ScriptedWorkload(clock, SECOND, (number, thread) -> {
            turns.add(name);
            return mebibytes * MEBIBYTE;
        });
    }
}
