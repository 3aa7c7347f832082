package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.testkit.StoreHistory;
import io.chunkserver.core.testkit.StoreHistoryChecker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** One run of clients and trouble on a simulated cluster, and what must hold after each step, in quiet times and at the end. */
final class ClusterRun {

    private static final int CLIENTS = 3;

    /** Of each volume: the segment that is written and the one that is ready after it. */
    private static final int LOG_FILES = 2;

    /** Of each volume: its space, its index, its quarantine, the next look of its scrub, and that at calls of its disk. */
    private static final int UPKEEP_TIMERS = 5;

    /** Of each server: which volumes are to be emptied. */
    private static final int MOVES = 1;

    /** How long the disk may take for what upkeep has it do, and how often to look meanwhile. */
    private static final Duration MOMENT = Duration.ofMillis(20);

    private static final int MOMENTS = 50;

    private static final Duration LONGEST_STEP = Duration.ofSeconds(2);

    /** All trouble that was under way has happened by then. */
    private static final Duration LAST_TROUBLE = Duration.ofSeconds(1);

    /** Whatever was in doubt when all was healed is settled by then: five inquiries or deliveries at the longest delay. */
    private static final Duration SETTLING = Duration.ofMinutes(3);

    private final SplittableRandom random;
    private final SimulatedCluster cluster;
    private final StoreHistory history = new StoreHistory();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final Map<String, ChunkVersion> shown = new HashMap<>();
    private final Map<String, String> writers = new HashMap<>();
    private long steps;

    ClusterRun(long seed) throws IOException {
        random = new SplittableRandom(seed);
        cluster = new SimulatedCluster(random);
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(new SimulatedClient("client" + i, cluster, random, history));
        }
        cluster.startAll();
    }

    Duration virtualTime() {
        return cluster.time().now();
    }

    /** What the run consisted of, in one line. */
    String summary() {
        return String.format(
                "%.1f virtual hours, %d steps, %d transactions, %d calls, %d restarts, %d failed starts, %d disks added, faults of disks %s",
                virtualTime().toMinutes() / 60.0,
                steps,
                clients.stream().mapToLong(SimulatedClient::transactions).sum(),
                history.size(),
                cluster.restarts(),
                cluster.failedStarts(),
                cluster.addedDisks(),
                cluster.diskFaults());
    }

    /** Clients at work and trouble. */
    void busy(int count) throws IOException {
        for (int step = 0; step < count; step++) {
            if (random.nextInt(3) == 0) {
                cluster.trouble();
            } else {
                clients.get(random.nextInt(CLIENTS)).act();
            }
            runFor(cluster.time().upTo(LONGEST_STEP));
        }
    }

    private void runFor(Duration stretch) throws IOException {
        cluster.runFor(stretch);
        steps++;
        checkAlways();
    }

    /** Everything is healed, and after a while nothing is left to do. */
    void quiet(Duration further) throws IOException {
        runFor(LAST_TROUBLE);
        cluster.heal();
        runFor(SETTLING);
        checkQuiet();
        List<StoreHistory.Read> reads = new ArrayList<>();
        for (ChunkId chunk : SimulatedClient.chunks()) {
            for (String name : SimulatedCluster.NAMES) {
                reads.add(clients.get(0).read(chunk, name, ReadMode.LATEST));
                reads.add(clients.get(0).read(chunk, name, ReadMode.COMMITTED));
            }
        }
        runFor(SETTLING.plus(further));
        assertThat(reads).as("reads in a quiet time").allMatch(StoreHistory.Read::tells, "have an answer");
        checkNothingPending();
    }

    /** The last word: the history, and what an orderly end leaves behind. */
    void end() throws IOException {
        checkHistory();
        Map<String, List<ChunkInfo>> before = contents();
        cluster.stopAll();
        for (String name : SimulatedCluster.NAMES) {
            assertThat(cluster.disks(name).openFiles())
                    .as("files that server %s left open", name)
                    .isZero();
        }
        cluster.heal();
        assertThat(contents()).as("chunks after an orderly restart").isEqualTo(before);
        checkQuiet();
    }

    void checkHistory() {
        StoreHistoryChecker.violation(history).ifPresent(what -> {
            throw new AssertionError(what);
        });
    }

    private Map<String, List<ChunkInfo>> contents() {
        Map<String, List<ChunkInfo>> all = new HashMap<>();
        cluster.servers().forEach((name, server) -> all.put(name, server.list("", null, SimulatedClient.CHUNKS + 1)));
        return all;
    }

    /** S1, I2, and one transaction for each version on all members. */
    private void checkAlways() {
        cluster.servers().forEach((name, server) -> {
            SpaceSnapshot space = server.status().space();
            assertThat(space.usedBytes() + space.reservedBytes())
                    .as("bytes used and reserved at %s", name)
                    .isLessThanOrEqualTo(server.config().spaceLimitBytes());
            for (ChunkId chunk : SimulatedClient.chunks()) {
                server.stat(chunk).ifPresent(info -> checkVersion(name, info));
            }
        });
    }

    private void checkVersion(String name, ChunkInfo info) {
        ChunkVersion newest = shown.merge(name + " " + info.id(), info.version(), (a, b) -> a.isNewerThan(b) ? a : b);
        assertThat(info.version())
                .as("version of chunk %s at %s", info.id(), name)
                .isEqualTo(newest);
        String writer = info.transaction().toString();
        assertThat(writers.computeIfAbsent(info.id() + " " + info.version(), key -> writer))
                .as("transaction of version %s of chunk %s", info.version(), info.id())
                .isEqualTo(writer);
    }

    /** L1, S3 and P10: nothing is open, space is what lies on the disk, no file is left over, and the members agree. */
    private void checkQuiet() throws IOException {
        for (Map.Entry<String, ChunkServer> entry : cluster.servers().entrySet()) {
            checkServer(entry.getKey(), entry.getValue());
        }
        for (ChunkId chunk : SimulatedClient.chunks()) {
            Set<String> seen = new HashSet<>();
            cluster.servers()
                    .values()
                    .forEach(server -> seen.add(server.stat(chunk)
                            .map(info -> info.version() + " by " + info.transaction())
                            .orElse("none")));
            assertThat(seen).as("versions of chunk %s on the members", chunk).hasSize(1);
        }
    }

    private void checkServer(String name, ChunkServer server) throws IOException {
        ServerStatus status = server.status();
        assertThat(server.transactions())
                .as("transactions that are not over at %s", name)
                .isEmpty();
        assertThat(status.state()).as("state of %s, %s", name, status.reason()).isEqualTo(ServerState.READY);
        assertThat(status.space().reservedBytes())
                .as("bytes reserved at %s", name)
                .isZero();
        assertThat(status.damagedFiles()).as("damaged files at %s", name).isZero();
        assertThat(status.lostChunks()).as("lost chunks at %s", name).isEmpty();
        long bytes = 0;
        int chunkFiles = 0;
        for (Disk disk : cluster.disks(name).memories()) {
            for (Path file : files(disk, DataDirectory.CHUNKS)) {
                assertThat(file.toString())
                        .as("a file of %s in a quiet time", name)
                        .endsWith(".chunk");
                bytes += disk.size(file).orElseThrow();
                chunkFiles++;
            }
            assertThat(files(disk, DataDirectory.QUARANTINE))
                    .as("quarantine of %s", name)
                    .isEmpty();
        }
        assertThat(status.space().usedBytes())
                .as("space of %s is what is on its disk", name)
                .isEqualTo(bytes);
        assertThat(chunkFiles)
                .as("files of %s are its chunks and tombstones", name)
                .isEqualTo((int) (status.store().chunks() + status.store().tombstones()));
    }

    private static List<Path> files(Disk disk, Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path name : disk.list(folder)) {
            Path path = folder.resolve(name);
            if (disk.size(path).isEmpty()) {
                found.addAll(files(disk, path));
            } else {
                found.add(path);
            }
        }
        return found;
    }

    private static int timers(int volumes) {
        return UPKEEP_TIMERS * volumes + MOVES;
    }

    /** R1: an idle cluster has no timer that runs but those of upkeep, and no file open but those of the log and one for each chunk. */
    private void checkNothingPending() throws IOException {
        int timers = SimulatedCluster.NAMES.stream()
                .mapToInt(name -> timers(cluster.disks(name).count()))
                .sum();
        // Some of them may have come just now, so that what they have the disk do is still to be done.
        for (int moment = 0; moment < MOMENTS && cluster.time().pendingTasks() > timers; moment++) {
            runFor(MOMENT);
        }
        assertThat(cluster.time().pendingTasks())
                .as("timers and tasks of an idle cluster")
                .isEqualTo(timers);
        contents()
                .forEach((name, chunks) -> assertThat(cluster.disks(name).openFiles())
                        .as("files that idle server %s keeps open, with %d chunks", name, chunks.size())
                        .isLessThanOrEqualTo(LOG_FILES * cluster.disks(name).count() + chunks.size()));
    }
}
