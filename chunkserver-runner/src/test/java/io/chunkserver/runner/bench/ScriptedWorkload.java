package io.chunkserver.runner.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A workload whose operations take time on its own clock alone. Give the clock to the generator, and all figures are exact. With
 * more threads than one, their operations take the time one after the other.
 */
public final class ScriptedWorkload implements Workload {

    /** What an operation does. */
    @FunctionalInterface
    public interface Operation {

        /**
         * Moves bytes, or fails.
         *
         * @param number of the operation, from 1 over all threads
         * @param thread whose it is, from 0
         */
        long bytes(long number, int thread) throws IOException;
    }

    private final AtomicLong clock;
    private final Duration each;
    private final Operation operation;
    private final AtomicLong operations = new AtomicLong();
    private final AtomicLong openWorkers = new AtomicLong();

    /**
     * @param clock in nanoseconds; workloads that are compared share it
     * @param each  how long an operation takes
     */
    public ScriptedWorkload(AtomicLong clock, Duration each, Operation operation) {
        this.clock = clock;
        this.each = each;
        this.operation = operation;
    }

    /** The clock, for a generator. */
    public static LongSupplier reading(AtomicLong clock) {
        return clock::get;
    }

    /** Operations that were begun. */
    public long operations() {
        return operations.get();
    }

    /** Workers that are not closed. */
    long openWorkers() {
        return openWorkers.get();
    }

    @Override
    public Worker worker(int index) {
        openWorkers.incrementAndGet();
        return new Worker() {
            @Override
            public long operate() throws IOException {
                long number = operations.incrementAndGet();
                clock.addAndGet(each.toNanos());
                return operation.bytes(number, index);
            }

            @Override
            public void close() {
                openWorkers.decrementAndGet();
            }
        };
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
