package io.chunkserver.runner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.runner.bench.Comparison;
import io.chunkserver.runner.bench.LoadGenerator;
import io.chunkserver.runner.bench.ScriptedWorkload;
import io.chunkserver.runner.bench.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The words and fields that scripts and plots read: a change here breaks them. */
class BenchAnswerTest {

    private static final long MEBIBYTE = 1 << 20;

    private final AtomicLong clock = new AtomicLong();

    @Test
    void put() throws IOException {
        // Of 1000 operations 980 take a millisecond, 18 one and a half, and 2 take two.
        Workload uneven = new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> {
            long moreMicros = number % 500 == 0 ? 1000 : number % 50 == 0 ? 500 : 0;
            clock.addAndGet(moreMicros * 1000);
            return MEBIBYTE;
        });
        Answer answer = new BenchAnswer(
                        BenchOperation.put, MEBIBYTE, MEBIBYTE, 1, 3, Durability.SYNC, measured(uneven, 1011, Map.of()))
                .answer();
        assertThat(answer.json())
                .hasToString("{\"schema\":\"chunkserver.bench/1\",\"op\":\"put\",\"sizeBytes\":1048576,"
                        + "\"movedBytes\":1048576,\"threads\":1,\"replicas\":3,\"durability\":\"sync\","
                        + "\"seconds\":1.01,\"ops\":1000,\"opsPerSecond\":989.12,\"mebibytesPerSecond\":989.12,"
                        + "\"p50Micros\":1000,\"p99Micros\":1500,\"p999Micros\":2000,\"errors\":0}");
        assertThat(answer.text())
                .isEqualTo("put of 1048576 bytes, 1 thread, 3 copies, sync: 989.1 MiB/s, 989.1 operations/s\n"
                        + "p50 1000 us, p99 1500 us, p99.9 2000 us; 1000 operations in 1.0 s, 0 errors");
    }

    @Test
    void readsNameWhatTheyMovedAndNoDurability() throws IOException {
        Answer answer = new BenchAnswer(
                        BenchOperation.pread, 4 * MEBIBYTE, 65_536, 8, 1, null, measured(65_536, Map.of()))
                .answer();
        assertThat(answer.json().toString())
                .contains("\"op\":\"pread\",\"sizeBytes\":4194304,\"movedBytes\":65536,\"threads\":8,\"replicas\":1,"
                        + "\"durability\":null,\"seconds\":0.75,\"ops\":750,\"opsPerSecond\":1000.0,"
                        + "\"mebibytesPerSecond\":62.5,");
        assertThat(answer.text())
                .startsWith("pread of 65536 bytes, 8 threads, 1 copy: 62.5 MiB/s, 1000.0 operations/s\n");
    }

    @Test
    void baselinesFollowWithTheirRatios() throws IOException {
        Comparison seen = measured(
                MEBIBYTE,
                Map.of(
                        "plainFiles",
                        new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> 3 * MEBIBYTE)));
        Answer answer = new BenchAnswer(BenchOperation.put, MEBIBYTE, MEBIBYTE, 1, 1, Durability.OS, seen).answer();
        assertThat(answer.json().toString())
                .contains("\"durability\":\"os\"")
                .endsWith(",\"errors\":0,\"baselines\":{\"plainFiles\":{\"opsPerSecond\":1000.0,"
                        + "\"mebibytesPerSecond\":3000.0,\"ratio\":0.333}}}");
        assertThat(answer.text())
                .endsWith("0 errors\nbeside it plainFiles: 3000.0 MiB/s, 1000.0 operations/s; ratio 0.333");
    }

    @Test
    void oneErrorIsCountedInTheSingular() throws IOException {
        Workload failsOnce = new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> {
            if (number == 1) {
                throw new IOException("once");
            }
            return 1;
        });
        Answer answer =
                new BenchAnswer(BenchOperation.get, 1, 1, 1, 1, null, measured(failsOnce, 2, Map.of())).answer();
        assertThat(answer.json().toString()).contains("\"ops\":1,").endsWith("\"errors\":1,\"firstError\":\"once\"}");
        assertThat(answer.text()).endsWith("; 1 operation in 0.0 s, 1 error\nfirst error: once");
    }

    @Test
    void theFirstErrorSaysWhereItWasAndWhatToDo() throws IOException {
        Workload fullInTheEnd = new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> {
            if (number > 1) {
                throw Failure.of(ErrorCode.INSUFFICIENT_SPACE, "chunk x#0 does not fit")
                        .withHint("delete chunks")
                        .at(new ServerId("a"))
                        .toException();
            }
            return 1;
        });
        Answer answer =
                new BenchAnswer(BenchOperation.put, 1, 1, 1, 1, null, measured(fullInTheEnd, 9, Map.of())).answer();
        assertThat(answer.text())
                .endsWith("3 errors\nfirst error: server a: chunk x#0 does not fit\nhint: delete chunks");
    }

    @Test
    void withoutARatioItIsNullAndUnknown() throws IOException {
        Workload gone = new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> {
            if (number > 250) {
                throw new IOException("gone");
            }
            return MEBIBYTE;
        });
        Comparison seen = measured(
                gone,
                750,
                Map.of("loopback", new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> 1)));
        Answer answer = new BenchAnswer(BenchOperation.get, MEBIBYTE, MEBIBYTE, 1, 1, null, seen).answer();
        assertThat(answer.json().toString()).endsWith("\"ratio\":null}}}");
        assertThat(answer.text()).endsWith(" operations/s; ratio unknown");
    }

    @Test
    void whatIsSmallIsNotPrintedAsNothing() throws IOException {
        Comparison seen = measured(
                1,
                Map.of(
                        "loopback",
                        new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> 3 * MEBIBYTE / 1000)));
        Answer answer = new BenchAnswer(BenchOperation.get, 1, 1, 1, 1, null, seen).answer();
        assertThat(answer.json().toString())
                .contains("\"mebibytesPerSecond\":9.54E-4,")
                .contains("\"mebibytesPerSecond\":3.0,\"ratio\":3.18E-4}");
        assertThat(answer.text())
                .startsWith("get of 1 bytes, 1 thread, 1 copy: 0.000954 MiB/s, 1000.0 operations/s\n")
                .endsWith("beside it loopback: 3.00 MiB/s, 1000.0 operations/s; ratio 0.000318");
    }

    private Comparison measured(long bytes, Map<String, Workload> baselines) throws IOException {
        return measured(new ScriptedWorkload(clock, Duration.ofMillis(1), (number, thread) -> bytes), 750, baselines);
    }

    /** A measurement on a clock that only operations move, a millisecond each. */
    private Comparison measured(Workload workload, int millis, Map<String, Workload> baselines) throws IOException {
        return Comparison.measure(
                new LoadGenerator(1, ScriptedWorkload.reading(clock)),
                workload,
                baselines,
                Duration.ZERO,
                Duration.ofMillis(millis));
    }
}
