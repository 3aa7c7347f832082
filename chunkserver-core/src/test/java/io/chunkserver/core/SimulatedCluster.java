package io.chunkserver.core;

import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.ChosenCrash;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedNetwork;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Real servers on one thread with simulated time, network and disks, and all that may go wrong with them. */
final class SimulatedCluster {

    static final List<String> NAMES = List.of("a", "b", "c");

    private static final Duration FAST_DISK = Duration.ofMillis(20);
    private static final Duration SLOW_DISK = Duration.ofSeconds(1);

    /** A failing force is one of the next that a server does: in a vote, a decision, a publication or a new segment. */
    private static final int FORCES_AHEAD = 8;

    /** Most transactions are over by then: a crash before it hits every step of the protocol sooner or later. */
    private static final Duration LONGEST_STORE = Duration.ofMillis(400);

    private final SplittableRandom random;
    private final SimulatedTime time;
    private final SimulatedNetwork network;
    private final Map<String, MemoryDisk> disks = new HashMap<>();
    private final Map<String, FailingForces> forces = new HashMap<>();
    private final CrashMode mode;
    private final Map<String, SimulatedTime.Life> lives = new HashMap<>();
    private final Map<String, ChunkServer> servers = new LinkedHashMap<>();
    private @Nullable Throwable defect;
    private int starts;

    SimulatedCluster(SplittableRandom random) {
        this.random = random;
        time = new SimulatedTime(random);
        network = new SimulatedNetwork(time, random);
        mode = random.nextBoolean() ? CrashMode.POSIX : CrashMode.JOURNAL;
        for (String name : NAMES) {
            disks.put(name, new MemoryDisk());
            forces.put(name, new FailingForces());
        }
    }

    /**
     * Has one of a disk's next forces fail, after which it behaves as if nothing had been: the trap into which whoever tries a
     * failed force again falls (Rebello et al., <i>Can Applications Recover from fsync Failures?</i>, ATC 2020).
     */
    private static final class FailingForces implements DiskScript {

        private static final int NEVER = -1;

        private int left = NEVER;
        private int failures;

        /** Names in a folder were not made durable, and now never are, whoever forces it. */
        private boolean folderFailed;

        @Override
        public DiskFault before(DiskOperation operation) {
            boolean force = operation.kind() == DiskOperation.Kind.FORCE
                    || operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY;
            if (!force || left == NEVER) {
                return DiskFault.NONE;
            }
            left--;
            if (left != NEVER) {
                return DiskFault.NONE;
            }
            failures++;
            folderFailed |= operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY;
            return DiskFault.IO_ERROR;
        }
    }

    SimulatedTime time() {
        return time;
    }

    /** The servers that run, by name. */
    Map<String, ChunkServer> servers() {
        return servers;
    }

    MemoryDisk disk(String name) {
        return Objects.requireNonNull(disks.get(name));
    }

    private FailingForces forces(String name) {
        return Objects.requireNonNull(forces.get(name));
    }

    int restarts() {
        return starts - NAMES.size();
    }

    long failedForces() {
        return forces.values().stream().mapToLong(script -> script.failures).sum();
    }

    String anyName() {
        return NAMES.get(random.nextInt(NAMES.size()));
    }

    /** Runs what a callback does; what it throws ends the run instead of vanishing in a stage. */
    void guard(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            if (defect == null) {
                defect = e;
            }
        }
    }

    /** Lets time go on, then throws what went wrong meanwhile. */
    void runFor(Duration stretch) {
        time.runFor(stretch);
        if (defect != null) {
            throw new AssertionError(defect.getMessage(), defect);
        }
    }

    /** Does something that a cluster has to live with. */
    void trouble() throws IOException {
        String name = anyName();
        switch (random.nextInt(16)) {
            case 0, 1 -> crash(name);
            case 2 -> time.after(time.upTo(LONGEST_STORE), () -> crash(name));
            case 3, 4, 5, 6 -> restart(name);
            case 7 -> stop(name);
            case 8 -> network.cut(name, anyName());
            case 9 -> cutOff(name);
            case 10, 11 -> network.heal();
            case 12 -> network.lossRate(random.nextInt(3) * 0.02);
            case 13 -> slow(name);
            case 14 -> forces(name).left = random.nextInt(FORCES_AHEAD);
            default -> time.after(time.upTo(LONGEST_STORE), () -> network.cut(name, anyName()));
        }
    }

    void startAll() throws IOException {
        for (String name : NAMES) {
            start(name);
        }
    }

    private void start(String name) throws IOException {
        SimulatedTime.Life life = time.life(FAST_DISK);
        ChunkServer server = ChunkServer.builder(new FaultyDisk(disk(name), forces(name)))
                .serverId(new ServerId(name))
                .config(ChunkServerConfig.DEFAULT.withLog(smallLog()))
                .replicas(network.seenBy(name))
                .environment(life.environment())
                .start();
        server.reachableAt(name, 0);
        starts++;
        lives.put(name, life);
        servers.put(name, server);
        network.up(name, server);
    }

    /** Small segments, so that runs rotate and compact the log; and a memory for outcomes that a long run outlives. */
    private static TransactionLogConfig smallLog() {
        TransactionLogConfig usual = TransactionLogConfig.DEFAULT;
        return new TransactionLogConfig(
                TransactionLogConfig.MIN_SEGMENT_BYTES,
                usual.checkpointSegments(),
                usual.maxQueuedBytes(),
                usual.maxQueuedRecords(),
                new OutcomeRetention(200, Duration.ofHours(1), 10_000));
    }

    /** Starts a server that is down. One whose disk has failed is down to its operator, who starts it again. */
    private void restart(String name) throws IOException {
        ChunkServer server = servers.get(name);
        if (server != null && server.status().state() == ServerState.READ_ONLY) {
            crash(name);
        }
        if (!servers.containsKey(name)) {
            forces(name).left = FailingForces.NEVER;
            mountAnew(name);
            start(name);
        }
    }

    /**
     * What an operator has to do when the force of a folder has failed: else the server that starts finds names there that it cannot tell
     * from durable ones, has the log forget them, and a later power loss takes them.
     */
    private void mountAnew(String name) {
        if (forces(name).folderFailed) {
            forces(name).folderFailed = false;
            disk(name).crash(mode, ChosenCrash.random(random));
        }
    }

    /** Takes the power away, which leaves of what was not forced whatever chance says, or kills the process alone. */
    private void crash(String name) {
        if (servers.remove(name) != null) {
            network.down(name);
            lives.get(name).end();
            if (random.nextInt(3) == 0) {
                disk(name).endProcess();
            } else {
                disk(name).crash(mode, ChosenCrash.random(random));
            }
        }
    }

    /** Ends the process in order; what is in flight stays as the log has it. */
    private void stop(String name) {
        ChunkServer server = servers.remove(name);
        if (server != null) {
            network.down(name);
            try {
                server.close();
            } catch (IOException e) {
                // The disk failed before or while the server closed: the next start reads what is there.
                disk(name).endProcess();
            }
            lives.get(name).end();
        }
    }

    private void cutOff(String name) {
        for (String other : NAMES) {
            if (!other.equals(name)) {
                network.cut(name, other);
                network.cut(other, name);
            }
        }
    }

    private void slow(String name) {
        if (servers.containsKey(name)) {
            lives.get(name).longestDiskDelay(random.nextBoolean() ? SLOW_DISK : FAST_DISK);
        }
    }

    /** Ends all trouble. */
    void heal() throws IOException {
        network.heal();
        for (String name : NAMES) {
            forces(name).left = FailingForces.NEVER;
            restart(name);
            lives.get(name).longestDiskDelay(FAST_DISK);
        }
    }

    /** Ends all servers in order, one after the other. */
    void stopAll() {
        new ArrayList<>(servers.keySet()).forEach(this::stop);
    }
}
