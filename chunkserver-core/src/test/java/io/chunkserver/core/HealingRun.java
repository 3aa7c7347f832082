package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ByteRange;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.SimulatedNetwork;
import io.chunkserver.core.testkit.SimulatedTime;
import io.chunkserver.core.testkit.StoreHistory;
import io.chunkserver.core.testkit.StoreHistory.Read;
import io.chunkserver.core.testkit.StoreHistory.ReadKind;
import io.chunkserver.core.testkit.StoreHistory.Write;
import io.chunkserver.core.testkit.StoreHistoryChecker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Five servers and some masters in virtual time, of which one is elected. Clients store, replace and delete where a master says, some of them
 * long after it said so; servers crash, are away for long, lose their disks or come back with older ones, the network is cut, also between a
 * server and all others; masters forget everything, stand still, and are replaced without knowing it. When all is quiet every chunk
 * that was acknowledged is on as many servers as it should be, with the bytes of one transaction, nothing older is anywhere, and what clients
 * heard is linearizable.
 *
 * <p><b>Kept out.</b> A server is cut off from all masters and all other servers or from none: a store whose members all reach each other and
 * the client, and do not reach the new leader, may pass by another one. And a master that was started anew waits for all servers
 * before it places anything: while those that have a chunk are all away it would take it for one that never was.
 */
final class HealingRun {

    /** Nothing is damaged here, and what a scrub reads would only put off other work. */
    private static final ScrubConfig ON_DEMAND = new ScrubConfig(1 << 20, Duration.ZERO, Duration.ZERO);

    /** What a disk may do without that its server has to be started again. */
    private static final List<DiskTrouble.Kind> HARMLESS = List.of(
            DiskTrouble.Kind.READ_FAILS,
            DiskTrouble.Kind.READ_IS_SHORT,
            DiskTrouble.Kind.WRITE_IS_SHORT,
            DiskTrouble.Kind.NO_HANDLE,
            DiskTrouble.Kind.BIT_FLIPS);

    private static final int OPERATIONS_AHEAD = 8;

    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    /** Chunks that are stored at one time; after so many placements one of them is let go, and a new one taken. */
    private static final int CHUNKS = 4;

    private static final int PLACEMENTS_PER_CHUNK = 8;

    private static final int LARGEST_CHUNK = 200_000;
    private static final Duration STORE_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_STEP = Duration.ofSeconds(5);

    /** How long after it was told where a client may begin its store: masters change meanwhile. */
    private static final Duration LATEST_STORE = Duration.ofMinutes(2);

    /**
     * Dead servers are noticed, copies are made, surplus is removed, and old promises are settled. A server that was named for a store
     * and was then cut off keeps what it has for as long as the master remembers that.
     */
    private static final Duration HEALING =
            MasterConfig.DEFAULT.placementMemory().plusMinutes(2);

    private final SplittableRandom random;
    private final SimulatedTime time;
    private final SimulatedNetwork network;
    private final SimulatedElection masters;
    private final CrashMode mode;
    private final Map<String, ServerDisks> disks = new HashMap<>();
    private final Map<String, ServerDisks> olderDisks = new HashMap<>();

    /** Directories that a server has lost one of several disks with. */
    private final Map<String, Set<UUID>> givenUp = new HashMap<>();

    private final Map<String, SimulatedTime.Life> lives = new HashMap<>();
    private final Map<String, ChunkServer> servers = new LinkedHashMap<>();
    private final Map<ChunkId, Story> stories = new LinkedHashMap<>();
    private final StoreHistory history = new StoreHistory();
    private final List<Throwable> defects = new ArrayList<>();
    private final int replication;
    private int placements;
    private long sequence;
    private int damage;
    private int stale;

    /** What is known of a chunk. */
    private static final class Story {

        private final Map<TransactionId, byte[]> contents = new HashMap<>();
        private boolean acknowledged;
    }

    HealingRun(long seed) throws IOException {
        random = new SplittableRandom(seed);
        time = new SimulatedTime(random);
        network = new SimulatedNetwork(time, random);
        // Two sets of two of the five servers need not share one, of three they do.
        replication = 2 + random.nextInt(2);
        masters = new SimulatedElection(
                time,
                random,
                MasterConfig.DEFAULT.withReplication(replication).withExpectedServers(NAMES.size()),
                2 + random.nextInt(2));
        mode = random.nextBoolean() ? CrashMode.POSIX : CrashMode.JOURNAL;
        for (String name : NAMES) {
            disks.put(name, new ServerDisks(1 + random.nextInt(2)));
            givenUp.put(name, new HashSet<>());
            start(name);
        }
        runFor(Duration.ofMinutes(1));
    }

    /** Times that a server lost its disk or got an older one. */
    int damage() {
        return damage;
    }

    /** Stores that were refused since their servers knew of a newer leader. */
    int stale() {
        return stale;
    }

    /** Masters that have led. */
    int leaders() {
        return masters.elections();
    }

    long transactions() {
        return sequence;
    }

    private void start(String name) throws IOException {
        SimulatedTime.Life life = time.life(Duration.ofMillis(20));
        ChunkServerBuilder builder = disks.get(name).server(random);
        givenUp.get(name).forEach(builder::giveUpDirectory);
        ChunkServer server = builder.serverId(new ServerId(name))
                .location(new Location(NAMES.indexOf(name), 0))
                .config(ChunkServerConfig.DEFAULT.withScrub(ON_DEMAND))
                .replicas(network.seenBy(name))
                .environment(life.environment())
                .start();
        lives.put(name, life);
        servers.put(name, server);
        network.up(name, server);
        server.reachableAt(name, 0);
        masters.follow(server, name, () -> !life.hasEnded());
    }

    private void crash(String name) {
        if (servers.remove(name) != null) {
            network.down(name);
            lives.get(name).end();
            if (random.nextBoolean()) {
                disks.get(name).endProcess();
            } else {
                disks.get(name).crash(mode, random);
            }
        }
    }

    private void restart(String name) throws IOException {
        if (!servers.containsKey(name)) {
            disks.get(name).mountAnew(mode, random);
            int faults = disks.get(name).happened();
            try {
                start(name);
            } catch (IOException e) {
                // It leaves nothing behind, and the next start tries again.
                assertThat(disks.get(name).happened())
                        .as("faults of a disk on which server %s does not start: %s", name, e)
                        .isGreaterThan(faults);
            }
        }
    }

    private void runFor(Duration stretch) {
        time.runFor(stretch);
        if (!defects.isEmpty()) {
            throw new AssertionError(defects.get(0).getMessage(), defects.get(0));
        }
    }

    private void guard(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException | Error e) {
            defects.add(e);
        }
    }

    void busy(int steps) throws IOException {
        for (int step = 0; step < steps; step++) {
            if (random.nextInt(4) == 0) {
                trouble();
            } else {
                write();
            }
            runFor(time.upTo(LONGEST_STEP));
        }
    }

    private void trouble() throws IOException {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        switch (random.nextInt(16)) {
            case 0, 1 -> crash(name);
            case 2, 3, 4, 5 -> restart(name);
            case 6, 14, 15 -> masters.trouble();
            case 7 -> {
                network.lossRate(0.02);
                masters.lossRate(0.05);
            }
            case 8 -> network.cut(name, NAMES.get(random.nextInt(NAMES.size())));
            case 9 -> cutOff(name);
            case 10, 11 ->
                disks.get(name)
                        .anyTrouble(random)
                        .plan(HARMLESS.get(random.nextInt(HARMLESS.size())), random.nextInt(OPERATIONS_AHEAD));
            case 12 -> failOneOfTwoDisks(name);
            default -> {
                network.heal();
                masters.heal();
            }
        }
    }

    /** The server goes on with the other one, and has what it lost copied there. */
    private void failOneOfTwoDisks(String name) {
        if (disks.get(name).count() > 1) {
            disks.get(name).anyTrouble(random).plan(DiskTrouble.Kind.FORCE_FAILS, random.nextInt(OPERATIONS_AHEAD));
        }
    }

    private static boolean hasFailedDisk(ChunkServer server) {
        return server.status().directories().stream().anyMatch(directory -> directory.state() == ServerState.READ_ONLY);
    }

    /** The server lives on and reaches nobody; clients that stand beside it may still ask it. */
    private void cutOff(String name) {
        masters.cutOff(name);
        for (String other : NAMES) {
            network.cut(name, other);
            network.cut(other, name);
        }
    }

    /** Ends all trouble, and waits until everything is as it should be. */
    void heal() throws IOException {
        network.heal();
        masters.heal();
        for (String name : NAMES) {
            disks.get(name).heal();
            if (servers.containsKey(name) && hasFailedDisk(servers.get(name))) {
                crash(name);
            }
            restart(name);
        }
        runFor(HEALING);
    }

    /** Keeps what a disk holds now, to be put back later; nothing is open while it is taken. */
    void keepOlderDisks() {
        NAMES.forEach(name -> olderDisks.put(name, disks.get(name).copies()));
    }

    /** One server loses what it had, or all that came since it was kept; perhaps it is away for so long that it is taken for dead. */
    void damageOne() throws IOException {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        crash(name);
        runFor(time.upTo(Duration.ofMinutes(2)));
        ServerDisks now = disks.get(name);
        ServerDisks older = olderDisks.get(name);
        if (now.count() > 1 && random.nextBoolean()) {
            int lost = random.nextInt(now.count());
            givenUp.get(name).add(now.directory(lost));
            disks.put(name, now.without(lost));
        } else if (older == null || random.nextBoolean()) {
            disks.put(name, new ServerDisks(now.count()));
        } else {
            disks.put(name, older.copies());
            // What has been lost since was there then.
            givenUp.get(name).clear();
        }
        damage++;
        restart(name);
    }

    // Clients

    private void write() {
        int oldest = random.nextInt(4) == 0 ? 0 : placements / PLACEMENTS_PER_CHUNK;
        int end = placements / PLACEMENTS_PER_CHUNK + CHUNKS;
        ChunkId chunk = new ChunkId("file", oldest + random.nextInt(end - oldest));
        Story story = stories.computeIfAbsent(chunk, id -> new Story());
        boolean delete = story.acknowledged && random.nextInt(6) == 0;
        byte[] content = new byte[delete ? 0 : random.nextInt(LARGEST_CHUNK)];
        new Random(sequence).nextBytes(content);
        TransactionId id = new TransactionId("client", time.instant().toEpochMilli(), sequence++);
        StoreRequest request = new StoreRequest(
                id, chunk, delete, content.length, null, Attributes.NONE, Durability.SYNC, STORE_TIMEOUT);
        story.contents.put(id, content);
        Duration late = random.nextBoolean() ? time.upTo(LATEST_STORE) : Duration.ZERO;
        masters.place(new PlacementRequest(chunk, content.length, 0, null, Set.of()))
                .thenAccept(place -> {
                    placements++;
                    time.after(late, () -> guard(() -> store(request, place)));
                });
    }

    /** Where the master has said a while ago, or where the first of these servers is told by its master now. */
    private void store(StoreRequest request, ChunkCopies place) {
        Story story = stories.get(request.chunk());
        ChunkServer primary = servers.get(place.members().get(0).id().value());
        if (primary == null) {
            return;
        }
        byte[] content = story.contents.get(request.transaction());
        Write call = request.tombstone()
                ? history.delete(request.chunk(), request.transaction())
                : history.store(request.chunk(), request.transaction(), describe(content));
        List<String> others =
                place.members().stream().skip(1).map(Member::address).toList();
        CompletionStage<ChunkWriter> begun = random.nextInt(3) == 0
                ? primary.begin(request, 0)
                : primary.begin(request.placedIn(place.epoch()), others);
        begun.whenComplete((writer, refused) -> guard(() -> {
            if (refused == null) {
                writer.receipt().whenComplete((receipt, failure) -> guard(() -> ended(story, call, receipt, failure)));
                send(writer, content);
            } else {
                ended(story, call, null, refused);
            }
        }));
    }

    private static String describe(byte[] content) {
        return content.length + " bytes " + Integer.toHexString(Crc32c.of(ByteBuffer.wrap(content)));
    }

    private static void send(ChunkWriter writer, byte[] content) {
        ByteBuffer bytes = ByteBuffer.wrap(content);
        for (int from = 0; from < content.length; from += BlockLayout.BLOCK_BYTES) {
            writer.write(CheckedBlock.of(bytes.slice(from, Math.min(BlockLayout.BLOCK_BYTES, content.length - from))));
        }
        writer.finish(content.length, Crc32c.of(bytes));
    }

    private void ended(Story story, Write call, @Nullable Receipt receipt, @Nullable Throwable failure) {
        if (receipt != null) {
            story.acknowledged = true;
            // Members lose their disks here, so nothing is said of what each of them shows.
            call.committed(receipt.version(), List.of());
            return;
        }
        ErrorCode code = failure == null
                ? ErrorCode.INTERNAL
                : ChunkServerException.from(failure).code();
        if (code == ErrorCode.INTERNAL) {
            throw new AssertionError(call + " failed by a defect", failure);
        }
        stale += code == ErrorCode.STALE_EPOCH ? 1 : 0;
        if (code != ErrorCode.OUTCOME_UNKNOWN) {
            call.aborted();
        }
    }

    // What must be so when all is quiet

    void checkWhole() throws IOException {
        for (Map.Entry<ChunkId, Story> entry : stories.entrySet()) {
            checkChunk(entry.getKey(), entry.getValue());
        }
        assertThat(StoreHistoryChecker.violation(history))
                .as("what is wrong with the history")
                .isEmpty();
        for (String name : NAMES) {
            checkServer(name, servers.get(name));
        }
    }

    private void checkChunk(ChunkId chunk, Story story) throws IOException {
        List<ChunkInfo> copies = new ArrayList<>();
        for (String name : NAMES) {
            Optional<ChunkInfo> info = published(name, chunk);
            info.ifPresent(copies::add);
        }
        Read last = history.read(chunk, new ServerId("any"), ReadKind.LATEST);
        if (!story.acknowledged && copies.isEmpty()) {
            last.absent();
            return;
        }
        assertThat(copies.stream().map(ChunkInfo::transaction).distinct())
                .as("transactions of the copies of %s: %s", chunk, copies)
                .hasSize(1);
        TransactionId transaction = copies.get(0).transaction();
        if (copies.get(0).tombstone()) {
            last.absent();
        } else {
            last.found(copies.get(0), describe(story.contents.get(transaction)));
        }
        // A store that met others on its way may have gone to more servers than it asked for. A deletion is told to all
        // that have the
        // chunk.
        assertThat(copies).as("copies of %s", chunk).hasSizeGreaterThanOrEqualTo(replication);
        for (String name : NAMES) {
            if (servers.get(name).stat(chunk).isPresent()) {
                assertThat(read(name, chunk))
                        .as("bytes of %s at %s", chunk, name)
                        .isEqualTo(story.contents.get(transaction));
            }
        }
    }

    private Optional<ChunkInfo> published(String name, ChunkId chunk) {
        GatheredInfo sink = new GatheredInfo();
        servers.get(name).asReplica().fetch(chunk, ChunkVersion.NONE, Long.MAX_VALUE, sink);
        runFor(Duration.ofMillis(500));
        return Optional.ofNullable(sink.info);
    }

    private byte[] read(String name, ChunkId chunk) throws IOException {
        var opening = servers.get(name).open(chunk, ReadMode.COMMITTED).toCompletableFuture();
        runFor(Duration.ofMillis(500));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var reader = opening.join()) {
            VerifiedCopy.copy(reader, new ByteRange(0, reader.info().lengthBytes()), bytes);
        }
        return bytes.toByteArray();
    }

    private void checkServer(String name, ChunkServer server) throws IOException {
        ServerStatus status = server.status();
        assertThat(server.transactions()).as("open transactions at %s", name).isEmpty();
        assertThat(status.lostChunks()).as("lost chunks at %s", name).isEmpty();
        assertThat(status.takenOut()).as("copies found damaged at %s", name).isZero();
        assertThat(status.masters()).as("masters of %s", name).allMatch(connection -> connection.registered());
        assertThat(status.space().reservedBytes())
                .as("bytes reserved at %s", name)
                .isZero();
        long bytes = 0;
        for (Disk disk : disks.get(name).memories()) {
            for (Path file : files(disk, DataDirectory.CHUNKS)) {
                assertThat(file.toString()).as("a file of %s", name).endsWith(".chunk");
                bytes += disk.size(file).orElseThrow();
            }
        }
        assertThat(status.space().usedBytes()).as("space of %s", name).isEqualTo(bytes);
    }

    private static List<Path> files(Disk disk, Path folder) throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path entry : disk.list(folder)) {
            Path path = folder.resolve(entry);
            if (disk.size(path).isEmpty()) {
                found.addAll(files(disk, path));
            } else {
                found.add(path);
            }
        }
        return found;
    }
}
