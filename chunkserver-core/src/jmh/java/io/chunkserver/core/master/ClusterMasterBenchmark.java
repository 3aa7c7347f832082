package io.chunkserver.core.master;

import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Group;
import org.openjdk.jmh.annotations.GroupThreads;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A master of 200 servers with 1,000,000 copies of 333,333 chunks, 100,000 of them on the first server: what a heartbeat takes alone and
 * beside reports and a walk over all chunks, as after the death of a server; how long it takes to be told everything, and how much
 * of the heap that takes, which is printed.
 */
@State(Scope.Benchmark)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx1g")
public class ClusterMasterBenchmark {

    private static final int SERVERS = 200;
    private static final int CHUNKS = 333_333;
    private static final int OF_THE_FIRST = 100_000;
    private static final int COPIES = 3;
    private static final SpaceSnapshot SPACE = new SpaceSnapshot(1L << 40, 1L << 30, 0, 1L << 40);

    private final List<Registration> registrations = new ArrayList<>();
    private final List<Heartbeat> heartbeats = new ArrayList<>();
    private ClusterMaster master;
    private int next;
    private int walks;

    @Setup
    public void fill() {
        for (int i = 0; i < SERVERS; i++) {
            Incarnation run = new Incarnation(new ServerId("server-" + i), new UUID(1, i), 1);
            Member member = new Member(run.id(), "10.0.0." + i + ":7000", new Location(i % 20, Math.floorDiv(i, 20)));
            registrations.add(new Registration(run, member, 1, SPACE.limitBytes(), 1L << 30));
            heartbeats.add(new Heartbeat(run, member.location(), ServerState.READY, "", SPACE, 0, 0, 0));
        }
        master = told();
    }

    /** A master that was told everything, as after its start. */
    private ClusterMaster told() {
        ClusterMaster fresh =
                new ClusterMaster("m", MasterConfig.DEFAULT, DistanceMetric.EUCLIDEAN, new SplittableRandom(1));
        for (int server = 0; server < SERVERS; server++) {
            done(fresh.register(registrations.get(server)));
            reportAll(fresh, server);
            done(fresh.heartbeat(heartbeats.get(server)));
        }
        for (int i = 0; i < MasterConfig.DEFAULT.grace(); i++) {
            fresh.tick();
            heartbeats.forEach(heartbeat -> done(fresh.heartbeat(heartbeat)));
        }
        while (fresh.runOnce()) {
            // Until all is looked at.
        }
        return fresh;
    }

    private void reportAll(ClusterMaster to, int server) {
        Incarnation run = registrations.get(server).server();
        List<ChunkInfo> part = new ArrayList<>();
        done(to.report(new ChunkReport(run, ChunkReport.Kind.START, part, List.of())));
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            for (int copy = 0; copy < COPIES; copy++) {
                if (holder(chunk, copy) == server) {
                    part.add(info(chunk));
                }
            }
            if (part.size() == ChunkReport.MAX_ENTRIES) {
                done(to.report(new ChunkReport(run, ChunkReport.Kind.PART, part, List.of())));
                part.clear();
            }
        }
        done(to.report(new ChunkReport(run, ChunkReport.Kind.END, part, List.of())));
    }

    private static int holder(int chunk, int copy) {
        return copy == 0 && chunk < OF_THE_FIRST ? 0 : 1 + (chunk + copy * 67) % (SERVERS - 1);
    }

    /** Of objects of its own each time, as they come from the wire. */
    private static ChunkInfo info(int chunk) {
        return new ChunkInfo(
                new ChunkId("/data/directory/file-" + chunk / 16, chunk % 16),
                new ChunkVersion(1),
                new TransactionId("client-" + chunk % 50, 1_700_000_000_000L, chunk),
                0,
                1 << 20,
                7,
                (1 << 20) + 4096,
                false);
    }

    private static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private HeartbeatReply nextHeartbeat() {
        next = (next + 1) % SERVERS;
        return done(master.heartbeat(heartbeats.get(next)));
    }

    @Benchmark
    @BenchmarkMode(Mode.SampleTime)
    public HeartbeatReply heartbeat() {
        return nextHeartbeat();
    }

    @Benchmark
    @Group("besideWork")
    @GroupThreads(1)
    @BenchmarkMode(Mode.SampleTime)
    public HeartbeatReply heartbeatBesideWork() {
        return nextHeartbeat();
    }

    /** A server reports again all that it has, 1,000 chunks at a time, and all chunks are assessed, in slices, without a pause. */
    @Benchmark
    @Group("besideWork")
    @GroupThreads(1)
    @BenchmarkMode(Mode.SampleTime)
    public int work() {
        walks = (walks + 1) % SERVERS;
        done(master.register(registrations.get(walks)));
        reportAll(master, walks);
        int steps = 0;
        while (master.runOnce()) {
            steps++;
        }
        return steps;
    }

    /** Being told everything by all servers, one after the other; prints what the heap holds then. */
    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    @Warmup(iterations = 1)
    @Measurement(iterations = 3)
    public ClusterMaster rebuild() {
        long before = usedBytes();
        ClusterMaster fresh = told();
        System.out.println("heap of one master: " + ((usedBytes() - before) >> 20) + " MiB, with "
                + done(fresh.status()).chunks() + " chunks");
        return fresh;
    }

    private static long usedBytes() {
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
