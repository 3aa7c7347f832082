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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** Repeats a workload on some threads for some time. */
public final class LoadGenerator {

    /** A thread that meets so many errors in a row gives up: nothing else is to be expected of a server that is gone. */
    private static final int MAX_ERRORS_IN_A_ROW = 3;

    private final int threads;
    private final LongSupplier nanoTime;

    public LoadGenerator(int threads) {
        this(threads, System::nanoTime);
    }

    /**
     * A generator with a clock of its own.
     *
     * @param nanoTime as {@link System#nanoTime}; safe for so many threads
     */
    public LoadGenerator(int threads, LongSupplier nanoTime) {
        this.threads = threads;
        this.nanoTime = nanoTime;
    }

    /**
     * Runs the workload; each thread does at least one operation and ends the one that it is in when the time is over. No thread
     * works any more when this returns or throws.
     *
     * @throws IOException when a thread's part could not begin; no other thread operates then. Also when the caller is interrupted,
     *                     which it stays; threads end the operation that they are in
     */
    public Load run(Workload workload, Duration duration) throws IOException {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean over = new AtomicBoolean();
        try {
            CountDownLatch ready = new CountDownLatch(threads);
            AtomicInteger begun = new AtomicInteger();
            List<Future<Load>> parts = new ArrayList<>();
            for (int index = 0; index < threads; index++) {
                int own = index;
                parts.add(executor.submit(() -> {
                    try (Workload.Worker worker = begin(workload, own, ready, begun)) {
                        go.await();
                        return begun.get() < threads || over.get() ? new Load() : repeat(worker, duration, over);
                    }
                }));
            }
            ready.await();
            long begin = nanoTime.getAsLong();
            go.countDown();
            Load all = sum(parts);
            all.lasted(nanoTime.getAsLong() - begin);
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : ChunkServerException.from(e);
        } finally {
            over.set(true);
            go.countDown();
            executor.shutdown();
            awaitEnd(executor);
        }
    }

    /** A caller that is interrupted stays so, but waits: it is to close what the threads work with. */
    private static void awaitEnd(ExecutorService executor) {
        boolean interrupted = false;
        boolean ended = false;
        while (!ended) {
            try {
                ended = executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Workload.Worker begin(Workload workload, int index, CountDownLatch ready, AtomicInteger begun)
            throws IOException {
        try {
            Workload.Worker worker = workload.worker(index);
            begun.incrementAndGet();
            return worker;
        } finally {
            ready.countDown();
        }
    }

    /** Waits for every part, also after one that failed: whoever closes the workload then must not meet threads at work. */
    private static Load sum(List<Future<Load>> parts) throws InterruptedException, ExecutionException {
        Load all = new Load();
        ExecutionException failed = null;
        for (Future<Load> part : parts) {
            try {
                all.add(part.get());
            } catch (ExecutionException e) {
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
        return all;
    }

    private Load repeat(Workload.Worker worker, Duration duration, AtomicBoolean over) {
        Load seen = new Load();
        int errorsInARow = 0;
        long begun = nanoTime.getAsLong();
        long now = begun;
        do {
            long begin = now;
            try {
                long bytes = worker.operate();
                now = nanoTime.getAsLong();
                seen.succeeded(now - begin, bytes);
                errorsInARow = 0;
            } catch (IOException e) {
                now = nanoTime.getAsLong();
                seen.failed(e);
                errorsInARow++;
            }
        } while (now - begun < duration.toNanos() && errorsInARow < MAX_ERRORS_IN_A_ROW && !over.get());
        return seen;
    }
}
