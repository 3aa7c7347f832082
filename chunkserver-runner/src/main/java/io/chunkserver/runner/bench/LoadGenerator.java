package io.chunkserver.runner.bench;

import io.chunkserver.core.error.ChunkServerException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Repeats a workload on some threads for some time. */
public final class LoadGenerator {

    /** A thread that meets so many errors in a row gives up: nothing else is to be expected of a server that is gone. */
    private static final int MAX_ERRORS_IN_A_ROW = 3;

    private final int threads;

    public LoadGenerator(int threads) {
        this.threads = threads;
    }

    /**
     * Runs the workload; each thread does at least one operation and ends the one that it is in when the time is over.
     *
     * @throws IOException when a thread's part could not begin
     */
    public Load run(Workload workload, Duration duration) throws IOException {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch ready = new CountDownLatch(threads);
            CountDownLatch go = new CountDownLatch(1);
            List<Future<Load>> parts = new ArrayList<>();
            for (int index = 0; index < threads; index++) {
                int own = index;
                parts.add(executor.submit(() -> {
                    try (Workload.Worker worker = begin(workload, own, ready)) {
                        go.await();
                        return repeat(worker, System.nanoTime() + duration.toNanos());
                    }
                }));
            }
            ready.await();
            long begin = System.nanoTime();
            go.countDown();
            Load all = new Load();
            for (Future<Load> part : parts) {
                all.add(part.get());
            }
            all.lasted(System.nanoTime() - begin);
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : ChunkServerException.from(e);
        } finally {
            executor.shutdown();
        }
    }

    private static Workload.Worker begin(Workload workload, int index, CountDownLatch ready) throws IOException {
        try {
            return workload.worker(index);
        } finally {
            ready.countDown();
        }
    }

    private static Load repeat(Workload.Worker worker, long deadlineNanos) {
        Load seen = new Load();
        int errorsInARow = 0;
        long now = System.nanoTime();
        do {
            long begin = now;
            try {
                long bytes = worker.operate();
                now = System.nanoTime();
                seen.succeeded(now - begin, bytes);
                errorsInARow = 0;
            } catch (IOException e) {
                now = System.nanoTime();
                seen.failed(e);
                errorsInARow++;
            }
        } while (now < deadlineNanos && errorsInARow < MAX_ERRORS_IN_A_ROW);
        return seen;
    }
}
