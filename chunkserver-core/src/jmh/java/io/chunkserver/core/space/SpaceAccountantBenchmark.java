package io.chunkserver.core.space;

import io.chunkserver.core.disk.LocalDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a store and the delete after it cost in the accounts: reserve, settle, release. With the free bytes {@code fixed} that is
 * the lock; with those of the {@code disk} it is also the question to the file system.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SpaceAccountantBenchmark {

    /**
     * As little as can be: what is settled while a thread asks the file system counts against the answer, and a million stores
     * per second of more bytes, which no disk could take, would soon be refused.
     */
    private static final long STORED_BYTES = 1;

    private static final long LIMIT_BYTES = 1L << 50;

    @Param({"fixed", "disk"})
    private String freeBytes;

    private SpaceAccountant accountant;

    @Setup
    public void open() throws IOException {
        LocalDisk disk = new LocalDisk(Path.of(""));
        FreeSpace fileSystem = freeBytes.equals("disk") ? disk::freeBytes : () -> LIMIT_BYTES;
        accountant = new ReservingSpaceAccountant(LIMIT_BYTES, 0, 0, fileSystem);
    }

    @Benchmark
    @Threads(1)
    public void threads1() throws IOException {
        storeAndDelete();
    }

    @Benchmark
    @Threads(8)
    public void threads8() throws IOException {
        storeAndDelete();
    }

    private void storeAndDelete() throws IOException {
        try (Reservation reservation = accountant.reserve(STORED_BYTES)) {
            reservation.settle();
        }
        accountant.release(STORED_BYTES);
    }
}
