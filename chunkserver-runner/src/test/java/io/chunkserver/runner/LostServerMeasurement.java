package io.chunkserver.runner;

import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Member;
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
 * Measures what the death of a server costs: a program and no test, since it is about time. Starts a master and four servers as
 * processes, stores chunks with three copies, kills a server while a client goes on storing and reading, and prints after how long new
 * chunks were not placed on it any more, after how long all chunks had their copies again, and which requests failed.
 *
 * <p>Arguments: number of chunks (1000), bytes of each (1048576), heartbeat interval (5s).
 */
final class LostServerMeasurement {

    private static final int SERVERS = 4;

    /** Room for all copies on the servers that are left, far below where they turn read-only. */
    private static final String SPACE = "4GiB";

    private static final int COPIES = 3;
    private static final int LOST = 1;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(30);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final int chunks;
    private final int chunkBytes;
    private final String interval;
    private int probes;

    private LostServerMeasurement(int chunks, int chunkBytes, String interval) {
        this.chunks = chunks;
        this.chunkBytes = chunkBytes;
        this.interval = interval;
    }

    public static void main(String[] arguments) throws Exception {
        LostServerMeasurement measurement = new LostServerMeasurement(
                arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1000,
                arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1 << 20,
                arguments.length > 2 ? arguments[2] : "5s");
        try {
            measurement.run();
        } finally {
            measurement.close();
        }
    }

    private void run() throws Exception {
        ServerProcess master = opened(ServerProcess.startMaster(
                "--listen", "127.0.0.1:0", "--replication", String.valueOf(COPIES), "--heartbeat-interval", interval));
        Path directory = Files.createTempDirectory("lost-server");
        AutoCloseable removal = () -> remove(directory);
        opened(removal);
        List<ServerProcess> servers = new ArrayList<>();
        for (int number = 0; number < SERVERS; number++) {
            servers.add(opened(ServerProcess.start(
                    directory.resolve("s" + number),
                    "--server-id",
                    "s" + number,
                    "--master",
                    master.address(),
                    "--space",
                    SPACE,
                    "--heartbeat-interval",
                    interval)));
        }
        TcpTransport transport = opened(new TcpTransport(TcpTransportConfig.DEFAULT));
        ChunkClient client = opened(new ChunkClient(transport, ClientConfig.DEFAULT));
        MasterClient masters = opened(
                new MasterClient(transport, List.of(ServerAddress.parse(master.address())), ClientConfig.DEFAULT));
        PlacedServers placed = new PlacedServers(masters, COPIES, null, null, STORE_TIMEOUT);
        store(client, placed);
        System.out.println("stored " + chunks + " chunks of " + chunkBytes + " bytes with " + COPIES + " copies on "
                + SERVERS + " servers");

        ClusterLoad load = new ClusterLoad(client, placed, "/load", 1);
        Thread atWork = new Thread(load, "load");
        atWork.start();
        servers.get(LOST).kill();
        watch(masters, System.nanoTime());
        load.stop();
        atWork.join();
        System.out.println("meanwhile a client stored " + load.stored().size() + " chunks that are there, and "
                + load.failures().size() + " of its requests failed: " + load.failures());
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
            ChunkId chunk = new ChunkId("/measured", number);
            placed.write(
                    chunk,
                    bytes.length,
                    target -> client.store(
                            target.primary(), chunk, ChunkSource.of(bytes), target.options(Attributes.NONE)));
        }
    }

    /** Prints what becomes of the cluster until it is whole without the lost server. */
    private void watch(MasterClient masters, long killedNanos) throws IOException {
        long named = 0;
        boolean dead = false;
        boolean whole = false;
        while (!whole) {
            if (isCandidate(masters)) {
                named = sinceMillis(killedNanos);
            }
            ClusterStatus status = masters.status();
            boolean deadNow = status.members().stream()
                    .anyMatch(member -> member.liveness() == Liveness.DEAD
                            && member.registration().member().id().value().equals("s" + LOST));
            if (deadNow && !dead) {
                System.out.println("taken for dead after " + sinceMillis(killedNanos) + " ms");
            }
            dead = deadNow;
            whole = dead && status.underReplicated() == 0;
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
        System.out.println("named for a new chunk for the last time after " + named + " ms");
        System.out.println("all chunks had their copies again after " + sinceMillis(killedNanos) + " ms");
    }

    private boolean isCandidate(MasterClient masters) throws IOException {
        return masters
                .place(new PlacementRequest(new ChunkId("/probe", probes++), 0, COPIES, null, Set.of()))
                .members()
                .stream()
                .map(Member::id)
                .anyMatch(id -> id.value().equals("s" + LOST));
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
