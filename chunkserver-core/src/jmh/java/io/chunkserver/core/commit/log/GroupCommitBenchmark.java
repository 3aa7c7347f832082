package io.chunkserver.core.commit.log;

import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Records per second that callers of the transaction log get forced, each of whom waits for one after the other.
 *
 * <p>On the local disk 8 and 32 callers should share forces, so that records per second grow nearly with the callers; on the
 * heap a force is free, and what is seen is the queue and its hand-overs between threads.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class GroupCommitBenchmark {

    private static final int RECORDS = 2;
    private static final Attempt ATTEMPT = new Attempt(1, 1);
    private static final UUID LOG_ID = new UUID(1, 2);
    private static final ChunkVersion BASE = new ChunkVersion(1);
    private static final List<Member> CHAIN = List.of(member("one"), member("two"), member("three"));

    @Param({"local", "heap"})
    private String disk;

    private final AtomicLong transactions = new AtomicLong();
    private Path directory;
    private ExecutorService executor;
    private SegmentedTransactionLog log;

    private static Member member(String name) {
        return new Member(new ServerId(name), name + ".example:7070", Location.ORIGIN);
    }

    @Setup
    public void openLog() throws IOException {
        // Not where temporary files go, which may be memory and not a disk.
        directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "bench")), "log-");
        executor = Executors.newSingleThreadExecutor();
        log = SegmentedTransactionLog.open(
                openDisk(),
                Path.of("log"),
                LOG_ID,
                TransactionLogConfig.DEFAULT,
                executor,
                InstantSource.system(),
                () -> {});
    }

    private Disk openDisk() {
        return disk.equals("heap") ? new HeapDisk() : new LocalDisk(directory);
    }

    @TearDown
    public void closeLog() throws IOException {
        log.close();
        executor.shutdown();
        List<Path> left;
        try (var walked = Files.walk(directory)) {
            left = walked.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : left) {
            Files.delete(file);
        }
    }

    @Benchmark
    @Threads(1)
    @OperationsPerInvocation(RECORDS)
    public void callers1(Blackhole blackhole) {
        promiseAndGiveUp(blackhole);
    }

    @Benchmark
    @Threads(8)
    @OperationsPerInvocation(RECORDS)
    public void callers8(Blackhole blackhole) {
        promiseAndGiveUp(blackhole);
    }

    @Benchmark
    @Threads(32)
    @OperationsPerInvocation(RECORDS)
    public void callers32(Blackhole blackhole) {
        promiseAndGiveUp(blackhole);
    }

    /** A transaction that is aborted leaves nothing to remember, so that the log is the same after an hour as at first. */
    private void promiseAndGiveUp(Blackhole blackhole) {
        long number = transactions.incrementAndGet();
        TransactionId transaction = new TransactionId("client", 1_700_000_000_000L, number);
        force(
                new Prepared(
                        transaction,
                        ATTEMPT,
                        new ChunkId("/data/file-" + number, 0),
                        BASE,
                        1,
                        false,
                        Durability.SYNC,
                        1 << 20,
                        7,
                        CHAIN,
                        LOG_ID),
                blackhole);
        force(new Aborted(transaction, ATTEMPT), blackhole);
    }

    private void force(LogRecord record, Blackhole blackhole) {
        blackhole.consume(log.force(record).toCompletableFuture().join());
    }
}
