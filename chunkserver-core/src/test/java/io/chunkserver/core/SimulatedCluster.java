package io.chunkserver.core;

import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedNetwork;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
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

    private static final int MOST_DISKS = 3;

    private static final Duration FAST_DISK = Duration.ofMillis(20);
    private static final Duration SLOW_DISK = Duration.ofSeconds(1);

    /** A fault befalls one of the next operations of its kind: in a vote, a decision, a publication, a new segment, or the next start. */
    private static final int OPERATIONS_AHEAD = 8;

    /** A server looks for room every ten seconds. */
    private static final Duration ROOM_IS_NOTICED = Duration.ofSeconds(15);

    /** Most transactions are over by then: a crash before it hits every step of the protocol sooner or later. */
    private static final Duration LONGEST_STORE = Duration.ofMillis(400);

    private final SplittableRandom random;
    private final SimulatedTime time;
    private final SimulatedNetwork network;
    private final Map<String, ServerDisks> disks = new HashMap<>();
    private final CrashMode mode;
    private final Map<String, SimulatedTime.Life> lives = new HashMap<>();
    private final Map<String, ChunkServer> servers = new LinkedHashMap<>();
    private @Nullable Throwable defect;
    private int starts;
    private int failedStarts;
    private int addedDisks;

    SimulatedCluster(SplittableRandom random) {
        this.random = random;
        time = new SimulatedTime(random);
        network = new SimulatedNetwork(time, random);
        mode = random.nextBoolean() ? CrashMode.POSIX : CrashMode.JOURNAL;
        for (String name : NAMES) {
            disks.put(name, new ServerDisks(1 + random.nextInt(2)));
        }
    }

    SimulatedTime time() {
        return time;
    }

    /** The servers that run, by name. */
    Map<String, ChunkServer> servers() {
        return servers;
    }

    ServerDisks disks(String name) {
        return Objects.requireNonNull(disks.get(name));
    }

    int restarts() {
        return starts - NAMES.size();
    }

    /** How many faults of each kind the disks had. */
    Map<DiskTrouble.Kind, Integer> diskFaults() {
        Map<DiskTrouble.Kind, Integer> faults = new EnumMap<>(DiskTrouble.Kind.class);
        for (DiskTrouble.Kind kind : DiskTrouble.Kind.values()) {
            faults.put(
                    kind,
                    disks.values().stream()
                            .mapToInt(disk -> disk.happened(kind))
                            .sum());
        }
        return faults;
    }

    /** How often a disk gave other bytes than it has. */
    int flippedBits() {
        return Objects.requireNonNull(diskFaults().get(DiskTrouble.Kind.BIT_FLIPS));
    }

    int addedDisks() {
        return addedDisks;
    }

    /** How often a start failed because of the disk. */
    int failedStarts() {
        return failedStarts;
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
        switch (random.nextInt(23)) {
            case 0, 1 -> crash(name);
            case 2 -> time.after(time.upTo(LONGEST_STORE), () -> crash(name));
            case 3, 4, 5, 6 -> restart(name);
            case 7 -> stop(name);
            case 8 -> network.cut(name, anyName());
            case 9 -> cutOff(name);
            case 10, 11 -> network.heal();
            case 12 -> network.lossRate(random.nextInt(3) * 0.02);
            case 13 -> slow(name);
            case 14 ->
                disks(name).anyTrouble(random).plan(DiskTrouble.Kind.FORCE_FAILS, random.nextInt(OPERATIONS_AHEAD));
            case 15, 16 ->
                disks(name).anyTrouble(random).plan(DiskTrouble.Kind.any(random), random.nextInt(OPERATIONS_AHEAD));
            case 17 -> fill(disks(name).any(random));
            case 18 -> disks(name).any(random).othersUse(0);
            case 19, 20 -> emptyOneDirectory(name, random.nextInt(3) > 0);
            case 21 -> addDisk(name);
            default -> time.after(time.upTo(LONGEST_STORE), () -> network.cut(name, anyName()));
        }
    }

    /** Has a server move what is on one of its disks to the other, or end that. */
    private void emptyOneDirectory(String name, boolean wanted) {
        ChunkServer server = servers.get(name);
        if (server != null && disks(name).count() > 1) {
            List<DirectoryStatus> all = server.status().directories();
            try {
                server.emptyDirectory(all.get(random.nextInt(all.size())).uuid(), wanted);
            } catch (IOException refused) {
                // The other one is emptied, or has failed; or this one fails now, and is marked or not.
            }
        }
    }

    /** Gives a server that runs one more disk. One that does not take it is killed, and named it when it is started again. */
    private void addDisk(String name) {
        ChunkServer server = servers.get(name);
        if (server != null && disks(name).count() < MOST_DISKS) {
            int faults = disks(name).happened();
            boolean well = server.status().reason().isEmpty();
            try {
                server.addDirectory(disks(name).another());
                addedDisks++;
            } catch (IOException refused) {
                if (well && disks(name).happened() == faults) {
                    throw new AssertionError("server " + name + " does not take another disk", refused);
                }
                crash(name);
            }
        }
    }

    /** Others fill a disk. Not one that was put in and taken by no server yet: a full disk does not become a data directory. */
    private static void fill(MemoryDisk disk) throws IOException {
        if (disk.size(DataDirectory.IDENTITY_FILE).isPresent()) {
            disk.othersUse(disk.freeBytes());
        }
    }

    void startAll() throws IOException {
        for (String name : NAMES) {
            start(name);
        }
    }

    private ChunkServer open(String name, SimulatedTime.Life life) throws IOException {
        return disks(name)
                .server(random)
                .serverId(new ServerId(name))
                .config(ChunkServerConfig.DEFAULT.withLog(smallLog()))
                .replicas(network.seenBy(name))
                .environment(life.environment())
                .start();
    }

    private void start(String name) throws IOException {
        SimulatedTime.Life life = time.life(FAST_DISK);
        ChunkServer server = open(name, life);
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

    /** Starts a server that is down. One with a disk that has failed, or is full, is down to its operator, who starts it again. */
    private void restart(String name) throws IOException {
        ChunkServer server = servers.get(name);
        if (server != null && !server.status().reason().isEmpty()) {
            crash(name);
        }
        if (!servers.containsKey(name)) {
            disks(name).mountAnew(mode, random);
            int faults = disks(name).happened();
            try {
                start(name);
            } catch (IOException e) {
                failedToStart(name, faults, e);
            }
        }
    }

    /** A fault of the disk may keep a server from starting; it leaves nothing open, and the next one tries again. */
    private void failedToStart(String name, int faultsBefore, IOException failure) {
        if (disks(name).happened() == faultsBefore) {
            throw new AssertionError("server " + name + " does not start on a good disk", failure);
        }
        if (disks(name).openFiles() > 0) {
            throw new AssertionError("server " + name + " did not start and left files open", failure);
        }
        failedStarts++;
    }

    /** Takes the power away, which leaves of what was not forced whatever chance says, or kills the process alone. */
    private void crash(String name) {
        if (servers.remove(name) != null) {
            network.down(name);
            lives.get(name).end();
            if (random.nextInt(3) == 0) {
                disks(name).endProcess();
            } else {
                disks(name).crash(mode, random);
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
                disks(name).endProcess();
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
            disks(name).heal();
        }
        runFor(ROOM_IS_NOTICED);
        for (String name : NAMES) {
            restart(name);
            lives.get(name).longestDiskDelay(FAST_DISK);
            for (DirectoryStatus directory : servers.get(name).status().directories()) {
                servers.get(name).emptyDirectory(directory.uuid(), false);
            }
        }
    }

    /** Ends all servers in order, one after the other. */
    void stopAll() {
        new ArrayList<>(servers.keySet()).forEach(this::stop);
    }
}
