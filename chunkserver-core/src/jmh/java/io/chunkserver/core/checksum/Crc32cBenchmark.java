package io.chunkserver.core.checksum;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Checksums of one block, and of a whole out of the checksums of its blocks: once for each block that is stored or read. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class Crc32cBenchmark {

    private final ByteBuffer heap = filled(ByteBuffer.allocate(BlockLayout.BLOCK_BYTES));
    private final ByteBuffer direct = filled(ByteBuffer.allocateDirect(BlockLayout.BLOCK_BYTES));
    private int whole = 0x12345678;

    private static ByteBuffer filled(ByteBuffer block) {
        byte[] bytes = new byte[block.capacity()];
        new SplittableRandom(1).nextBytes(bytes);
        return block.put(bytes).flip();
    }

    @Benchmark
    public int blockOnTheHeap() {
        return Crc32c.of(heap);
    }

    @Benchmark
    public int blockOutsideTheHeap() {
        return Crc32c.of(direct);
    }

    /** The result goes into the next call, so that calls cannot overlap. */
    @Benchmark
    public int combine() {
        whole = Crc32c.combine(whole, 0x9ABCDEF0, BlockLayout.BLOCK_BYTES);
        return whole;
    }
}
