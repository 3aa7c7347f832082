package io.chunkserver.runner;

import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Member;
import io.chunkserver.runner.config.Durations;
import io.chunkserver.runner.file.PlacedServers;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Measures what the death of a server costs: a program and no test, since it is about time. Starts a master and servers as processes,
 * stores chunks, kills a server while a client stores, reads and deletes, and prints what came of three promises; the exit code is 1 when
 * one of them was not kept:
 *
 * <ol>
 *   <li>The dead server is named for no new chunk when three heartbeats are over.
 *   <li>Every chunk has its copies again within a minute.
 *   <li>No request of the client fails but those that were under way when the server died.
 * </ol>
 *
 * <p>Arguments: number of chunks (1000), bytes of each (1048576), heartbeat interval (5s), servers (3), copies of each chunk (2).
 */
final class LostServerMeasurement {

    /** Room for all copies on the servers that are left, far below where they turn read-only. */
    private static final String SPACE = "4GiB";

    private static final int LOST = 1;
    private static final int HEARTBEATS_NAMED = 3;
    private static final Duration WHOLE_WITHIN = Duration.ofSeconds(60);

    /** A cluster that is not whole by then is not waited for. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int REQUESTS_BEFORE = 50;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(30);
    private static final String STORED = "/measured";

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final int chunks;
    private final int chunkBytes;
    private final Duration interval;
    private final int serverCount;
    private final int copies;
    private boolean kept = true;

    private LostServerMeasurement(int chunks, int chunkBytes, Duration interval, int serverCount, int copies) {
        this.chunks = chunks;
        this.chunkBytes = chunkBytes;
        this.interval = interval;
        this.serverCount = serverCount;
        this.copies = copies;
    }

    public static void main(String[] arguments) throws Exception {
        LostServerMeasurement measurement = new LostServerMeasurement(
                Integer.parseInt(argument(arguments, 0, "1000")),
                Integer.parseInt(argument(arguments, 1, "1048576")),
                Durations.parse(argument(arguments, 2, "5s")),
                Integer.parseInt(argument(arguments, 3, "3")),
                Integer.parseInt(argument(arguments, 4, "2")));
        try {
            measurement.run();
        } finally {
            measurement.close();
        }
        if (!measurement.kept) {
            System.exit(1);
        }
    }

    private static String argument(String[] arguments, int index, String otherwise) {
        return arguments.length > index ? arguments[index] : otherwise;
    }

    private void run() throws Exception {
        ServerProcess master = opened(ServerProcess.startMaster(
                "--listen",
                "127.0.0.1:0",
                "--replication",
                String.valueOf(copies),
                "--heartbeat-interval",
                Durations.exact(interval)));
        List<ServerProcess> servers = serve(master);
        TcpTransport transport = opened(new TcpTransport(TcpTransportConfig.DEFAULT));
        ChunkClient client = opened(new ChunkClient(transport, ClientConfig.DEFAULT));
        MasterClient masters = opened(
                new MasterClient(transport, List.of(ServerAddress.parse(master.address())), ClientConfig.DEFAULT));
        PlacedServers placed = new PlacedServers(masters, copies, null, null, STORE_TIMEOUT);
        store(client, placed);
        System.out.println(chunks + " chunks of " + chunkBytes + " bytes with " + copies + " copies on " + serverCount
                + " servers, heartbeats every " + Durations.exact(interval) + ", "
                + Runtime.getRuntime().availableProcessors() + " processors");

        ClusterLoad load = new ClusterLoad(client, placed, "/load", 1);
        Thread atWork = new Thread(load, "load");
        atWork.start();
        while (load.requests() < REQUESTS_BEFORE) {
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        long killedNanos = System.nanoTime();
        int requestsBefore = load.requests();
        servers.get(LOST).kill();
        // Until it is gone it answers, and a request that it has taken is under way.
        long goneNanos = System.nanoTime();
        watch(masters, killedNanos);
        load.stop();
        atWork.join();
        tellFailures(load, load.requests() - requestsBefore, goneNanos);
    }

    private List<ServerProcess> serve(ServerProcess master) throws IOException {
        Path directory = Files.createTempDirectory("lost-server");
        AutoCloseable removal = () -> remove(directory);
        opened(removal);
        List<ServerProcess> servers = new ArrayList<>();
        for (int number = 0; number < serverCount; number++) {
            servers.add(opened(ServerProcess.start(
                    directory.resolve("s" + number),
                    "--server-id",
                    "s" + number,
                    "--master",
                    master.address(),
                    "--space",
                    SPACE,
                    "--heartbeat-interval",
                    Durations.exact(interval))));
        }
        return servers;
    }

    private static void remove(Path directory) throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> files = Files.walk(directory)) {
            deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : deepestFirst) {
            Files.delete(file);
        }
    }

    private void store(ChunkClient client, PlacedServers placed) throws IOException {
        byte[] bytes = new byte[chunkBytes];
        new Random(1).nextBytes(bytes);
        for (int number = 0; number < chunks; number++) {
            ChunkId chunk = new ChunkId(STORED, number);
            placed.write(
                    chunk,
                    bytes.length,
                    target -> client.store(
                            target.primary(), chunk, ChunkSource.of(bytes), target.options(Attributes.NONE)));
        }
    }

    /** Tells what becomes of the cluster until it is whole without the lost server. */
    private void watch(MasterClient masters, long killedNanos) throws IOException {
        long named = 0;
        int timesNamed = 0;
        boolean dead = false;
        int again = 0;
        boolean whole = false;
        for (int probes = 0; !whole && sinceMillis(killedNanos) < PATIENCE.toMillis(); probes++) {
            if (isCandidate(masters, new ChunkId("/probe", probes))) {
                named = sinceMillis(killedNanos);
                timesNamed++;
            }
            ClusterStatus status = masters.status();
            if (!dead && isDead(status)) {
                dead = true;
                System.out.println("taken for dead after " + sinceMillis(killedNanos) + " ms");
            }
            if (dead) {
                // Chunk by chunk: the counts of the status follow when the master has looked at all chunks.
                again = withAllCopies(masters);
                whole = again == chunks && status.underReplicated() == 0;
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        long wholeMillis = sinceMillis(killedNanos);
        long limitMillis = interval.toMillis() * HEARTBEATS_NAMED;
        promise(
                timesNamed > 0 && named <= limitMillis,
                "named for a new chunk " + timesNamed + " times, the last time after " + named + " ms of "
                        + limitMillis);
        promise(
                whole && wholeMillis <= WHOLE_WITHIN.toMillis(),
                again + " of " + chunks + " chunks had their copies again after " + wholeMillis + " ms of "
                        + WHOLE_WITHIN.toMillis());
    }

    private static boolean isDead(ClusterStatus status) {
        return status.members().stream()
                .anyMatch(member -> member.liveness() == Liveness.DEAD
                        && member.registration().member().id().value().equals("s" + LOST));
    }

    private boolean isCandidate(MasterClient masters, ChunkId chunk) throws IOException {
        return masters.place(new PlacementRequest(chunk, 0, copies, null, Set.of())).members().stream()
                .map(Member::id)
                .anyMatch(id -> id.value().equals("s" + LOST));
    }

    private int withAllCopies(MasterClient masters) throws IOException {
        List<ListedChunk> listed = masters.list(STORED, null, chunks);
        return (int) listed.stream().filter(chunk -> chunk.copies() >= copies).count();
    }

    private void tellFailures(ClusterLoad load, int requests, long goneNanos) {
        List<ClusterLoad.Failed> underWay = load.failures().stream()
                .filter(failed -> failed.begunNanos() - goneNanos <= 0)
                .toList();
        List<ClusterLoad.Failed> others = load.failures().stream()
                .filter(failed -> !underWay.contains(failed))
                .toList();
        promise(
                requests > 0 && others.isEmpty(),
                requests + " requests ended after the death, " + underWay.size()
                        + " failed that were under way when it came, and " + others.size() + " others");
        load.failures()
                .forEach(failed -> System.out.println("     begun "
                        + TimeUnit.NANOSECONDS.toMillis(failed.begunNanos() - goneNanos) + " ms after it: "
                        + failed));
    }

    private void promise(boolean isKept, String what) {
        kept &= isKept;
        System.out.println((isKept ? "kept: " : "NOT KEPT: ") + what);
    }

    private static long sinceMillis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private void close() throws Exception {
        Exception failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
