package io.chunkserver.core.store;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The index of a server with 100,000 chunks: 1,000 files of 100 chunks each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ChunkIndexBenchmark {

    private static final int FILES = 1_000;
    private static final int CHUNKS_OF_A_FILE = 100;
    private static final int CHUNKS = FILES * CHUNKS_OF_A_FILE;
    private static final int PAGE = 1_000;

    private final ChunkIndex index = new ChunkIndex();

    /** In no order, as requests come. */
    private final ChunkId[] asked = new ChunkId[CHUNKS];

    private int next;
    private long version = 1;

    @Setup
    public void fill() {
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            asked[chunk] = new ChunkId("/data/file-" + chunk / CHUNKS_OF_A_FILE, chunk % CHUNKS_OF_A_FILE);
            index.advance(info(asked[chunk]));
        }
        SplittableRandom random = new SplittableRandom(1);
        for (int left = CHUNKS; left > 1; left--) {
            int other = random.nextInt(left);
            ChunkId swapped = asked[left - 1];
            asked[left - 1] = asked[other];
            asked[other] = swapped;
        }
    }

    private ChunkInfo info(ChunkId chunk) {
        return new ChunkInfo(
                chunk,
                new ChunkVersion(version),
                new TransactionId("client", 1_700_000_000_000L, version),
                0,
                1 << 20,
                7,
                (1 << 20) + 4096,
                false);
    }

    private ChunkId chunk() {
        next = (next + 1) % CHUNKS;
        return asked[next];
    }

    @Benchmark
    public Optional<ChunkInfo> find() {
        return index.find(chunk());
    }

    /** Publishes a newer version of a chunk that is there. */
    @Benchmark
    public void advance() {
        version++;
        index.advance(info(chunk()));
    }

    /** A page of 1,000 entries, from any chunk on. */
    @Benchmark
    public List<ChunkInfo> list() {
        return index.list("/data/", chunk(), PAGE);
    }
}
