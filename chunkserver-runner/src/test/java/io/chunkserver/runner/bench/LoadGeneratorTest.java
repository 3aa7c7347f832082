package io.chunkserver.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoadGeneratorTest {

    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration HOUR = Duration.ofHours(1);

    private final AtomicLong clock = new AtomicLong();
    private ScriptedWorkload workload;

    @AfterEach
    void everyWorkerIsClosed() {
        assertThat(workload.openWorkers()).isZero();
    }

    @Test
    void everyThreadOperatesAtLeastOnce() throws IOException {
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        Load load = run(5, Duration.ZERO, (number, thread) -> {
            seen.add(thread);
            return 1;
        });
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(load.operations()).isEqualTo(5);
    }

    @Test
    void threadsOperateAtTheSameTime() throws IOException {
        CountDownLatch all = new CountDownLatch(4);
        Load load = run(4, Duration.ZERO, (number, thread) -> {
            all.countDown();
            await(all);
            return 1;
        });
        assertThat(load.operations()).isEqualTo(4);
    }

    @Test
    void repeatsUntilTheTimeIsOver() throws IOException {
        Load load = run(1, Duration.ofMillis(10), (number, thread) -> 1 << 20);
        assertThat(load.operations()).isEqualTo(10);
        assertThat(load.seconds()).isEqualTo(0.01);
        assertThat(load.mebibytesPerSecond()).isEqualTo(1000);
        assertThat(load.percentileMicros(50)).isEqualTo(1000);
        assertThat(load.errors()).isZero();
    }

    @Test
    void endsTheOperationThatItIsIn() throws IOException {
        Load load = run(1, Duration.ofNanos(2_500_000), (number, thread) -> 1);
        assertThat(load.operations()).isEqualTo(3);
        assertThat(load.seconds()).isEqualTo(0.003);
    }

    @Test
    void endsAfterThreeErrorsInARow() throws IOException {
        Load load = run(1, HOUR, (number, thread) -> {
            throw new IOException("error " + number);
        });
        assertThat(load.errors()).isEqualTo(3);
        assertThat(load.operations()).isZero();
        assertThat(load.firstError()).hasMessage("error 1");
    }

    @Test
    void anOperationThatSucceedsEndsTheRowOfErrors() throws IOException {
        Load load = run(1, HOUR, (number, thread) -> {
            if (number % 3 == 0 && number < 9) {
                return 1;
            }
            throw new IOException("error " + number);
        });
        assertThat(load.operations()).isEqualTo(2);
        assertThat(load.errors()).isEqualTo(2 + 2 + 3);
    }

    @Test
    void theErrorsOfAllThreadsAreCounted() throws IOException {
        Load load = run(3, HOUR, (number, thread) -> {
            throw new IOException("error");
        });
        assertThat(load.errors()).isEqualTo(9);
    }

    @Test
    void aThreadThatCannotBeginIsAnErrorAndNobodyOperates() {
        workload = new ScriptedWorkload(clock, MILLISECOND, (number, thread) -> 1);
        IOException refused = new IOException("no connection");
        Workload halfDead = new Workload() {
            @Override
            public Worker worker(int index) throws IOException {
                if (index == 1) {
                    throw refused;
                }
                return workload.worker(index);
            }

            @Override
            public void close() {
                workload.close();
            }
        };
        assertThatThrownBy(() -> generator(3).run(halfDead, HOUR)).isSameAs(refused);
        assertThat(workload.operations()).isZero();
    }

    @Test
    void aDefectOfAnOperationIsThrownWhenAllHaveEnded() {
        CountDownLatch broken = new CountDownLatch(1);
        Duration duration = Duration.ofSeconds(100);
        assertThatThrownBy(() -> run(2, duration, (number, thread) -> {
                    if (thread == 0) {
                        broken.countDown();
                        throw new IllegalStateException("defect");
                    }
                    await(broken);
                    return 1;
                }))
                .isInstanceOf(ChunkServerException.class)
                .hasRootCauseMessage("defect");
        // The other thread has come to the end of its time.
        assertThat(clock.get()).isGreaterThanOrEqualTo(duration.toNanos());
    }

    @Test
    @Timeout(30)
    void nobodyOperatesAnyMoreWhenTheInterruptedCallerHearsOfIt() {
        Thread caller = Thread.currentThread();
        // Its operations take no time, so they would go on for ever.
        workload = new ScriptedWorkload(clock, Duration.ZERO, (number, thread) -> {
            caller.interrupt();
            return 1;
        });
        assertThatThrownBy(() -> generator(2).run(workload, HOUR))
                .isInstanceOf(IOException.class)
                .hasRootCauseInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(workload.openWorkers()).isZero();
    }

    @Test
    @Timeout(30)
    void aCallerThatIsInterruptedBeforehandLetsNobodyOperate() {
        workload = new ScriptedWorkload(clock, MILLISECOND, (number, thread) -> 1);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> generator(2).run(workload, Duration.ZERO)).isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).as("still interrupted").isTrue();
        assertThat(workload.operations()).isZero();
    }

    private Load run(int threads, Duration duration, ScriptedWorkload.Operation operation) throws IOException {
        workload = new ScriptedWorkload(clock, MILLISECOND, operation);
        return generator(threads).run(workload, duration);
    }

    private LoadGenerator generator(int threads) {
        return new LoadGenerator(threads, ScriptedWorkload.reading(clock));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
