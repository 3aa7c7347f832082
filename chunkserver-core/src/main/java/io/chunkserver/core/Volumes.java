package io.chunkserver.core;

import com.google.common.io.Closer;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.commit.ChunkClaim;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.space.SpaceSnapshot;
import io.chunkserver.core.store.StageKey;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The volumes of a server, and which of them a chunk belongs to.
 *
 * <p><b>A chunk stays where it is</b>: whatever is asked or stored of it goes to the volume that knows its newest committed version. A new
 * one goes where room is, by chance and to each volume as often as it has room: so all fill up at the same time, and an empty one that was
 * added does not have to take everything. While it is being stored for the first time the lane that works on it says where it will be, and
 * choosing and entering the lane are one step ({@link #claim}), so that two stores of one new chunk never meet on two volumes.
 *
 * <p><b>A volume that has failed</b> takes nothing new, and goes on answering for the chunks that it has, so that no older version is stored
 * over them. Only a copy that is as new as what it has may come to another volume; from then on the chunk belongs there. So it is with one
 * that an operator has emptied, but that new versions of its chunks are stored there until they are moved.
 *
 * <p>Thread-safe; nothing waits.
 */
final class Volumes {

    /** How many chunks of full directories may wait to be moved; what waits takes a step of the background and an order each. */
    private static final int MOST_LEAVING = 100;

    /** Replaced by a longer one while {@code choice} is held; none goes. */
    private volatile List<Volume> all = List.of();

    private final RandomGenerator random;

    /** Held while a volume is chosen and claimed, which is done in memory. */
    private final Object choice = new Object();

    /**
     * Where chunks were when a copy of them on another volume was wanted, and where they belong as long as both have the same version:
     * whatever an operator or a disk does meanwhile, all transactions meet there. Changed while {@code choice} is held.
     */
    private final Map<ChunkId, Volume> leaving = new ConcurrentHashMap<>();

    /** Where chunks belong of which another volume's copy is being removed; changed while {@code choice} is held. */
    private final Map<ChunkId, Volume> moved = new ConcurrentHashMap<>();

    /**
     * None yet; with the first one it is ready.
     *
     * @param random chooses among those that have room
     */
    Volumes(RandomGenerator random) {
        this.random = random;
    }

    List<Volume> all() {
        return all;
    }

    /** Takes another one: those that are there when the server is opened, and then such in which no chunk is yet. */
    void add(Volume joining) {
        synchronized (choice) {
            List<Volume> more = new ArrayList<>(all);
            more.add(joining);
            all = List.copyOf(more);
        }
    }

    /** The one that stands for all where any will do. */
    Volume first() {
        return all.get(0);
    }

    /** Those whose disk has not failed. */
    Stream<Volume> inService() {
        return all.stream().filter(volume -> volume.failed().isEmpty());
    }

    /**
     * Those whose chunks masters are told of. Where others go on, what is on a failed disk counts as gone, so that it is copied; a server
     * with nothing else reports what it can still be read from.
     */
    List<Volume> reported() {
        return all.size() == 1 ? all : inService().toList();
    }

    /** A volume with the right to begin something on a chunk there. */
    record Claim(Volume volume, ChunkClaim lane) implements AutoCloseable {

        @Override
        public void close() {
            lane.close();
        }
    }

    /** Where a chunk is, or would be looked for. */
    Volume of(ChunkId chunk) {
        return home(chunk).orElse(first());
    }

    /** Why a new version of this length would not be taken at present; empty when it would. */
    Optional<Failure> refusal(StoreRequest request) {
        ChunkId chunk = request.chunk();
        return home(chunk)
                .orElseGet(() -> roomiest(volume -> true))
                .participant()
                .admission()
                .refusal(request.kind(), chunk, request.maxLengthBytes());
    }

    /**
     * Why a new version of a chunk has to wait: the directory that the chunk is in has no room for it, and another one has. From now on the
     * chunk is to move there. Empty also where nothing would help.
     */
    Optional<Failure> refusalUntilMoved(ChunkId chunk, boolean tombstone, long maxLengthBytes) {
        Volume home = home(chunk).orElse(null);
        if (tombstone
                || all.size() == 1
                || home == null
                || home.hasRoomFor(maxLengthBytes)
                || home.failed().isPresent()) {
            return Optional.empty();
        }
        Optional<ChunkInfo> here = home.store().stat(chunk);
        boolean roomElsewhere = here.isPresent()
                && all.stream()
                        .filter(volume -> volume != home && volume.condition().takesChunks())
                        .anyMatch(volume -> volume.hasRoomFor(here.get().storedBytes() + maxLengthBytes));
        if (!roomElsewhere || !leave(chunk, home)) {
            return Optional.empty();
        }
        return Optional.of(Failure.of(
                        ErrorCode.BUSY,
                        "chunk " + chunk + " is in data directory " + home
                                + ", which has no room for a new version, and is being moved to another one")
                .withHint("try again in a moment"));
    }

    private boolean leave(ChunkId chunk, Volume home) {
        synchronized (choice) {
            if (leaving.size() < MOST_LEAVING) {
                leaving.putIfAbsent(chunk, home);
            }
            return leaving.get(chunk) == home;
        }
    }

    /** Chunks that are to move out of full directories, and that no other volume has yet. */
    List<ChunkInfo> leaving() {
        return leaving.entrySet().stream()
                .filter(entry -> !isOnTwo(entry.getKey()))
                .flatMap(entry -> entry.getValue().store().stat(entry.getKey()).stream())
                .toList();
    }

    /** Whether a chunk that two volumes have goes from this one to the other. */
    boolean isLeaving(ChunkId chunk, Volume volume) {
        return volume.equals(leaving.get(chunk));
    }

    /** Has a chunk that was found on two volumes belong to this one, which has promised a version of it, until it moves. */
    void belongs(ChunkId chunk, Volume volume) {
        synchronized (choice) {
            leaving.put(chunk, volume);
            forgetUnlessOnTwo(chunk);
        }
    }

    /** An order of a copy has ended: where it brought none the chunk stays. */
    void endCopy(ChunkId chunk) {
        synchronized (choice) {
            forgetUnlessOnTwo(chunk);
        }
    }

    @GuardedBy("choice")
    private void forgetUnlessOnTwo(ChunkId chunk) {
        if (!isOnTwo(chunk)) {
            leaving.remove(chunk);
        }
    }

    private boolean isOnTwo(ChunkId chunk) {
        return all.stream()
                        .filter(volume -> !volume.committedVersion(chunk).equals(ChunkVersion.NONE))
                        .count()
                > 1;
    }

    /**
     * Where a new version of a chunk goes: until the claim is closed no other volume becomes its place.
     *
     * @param maxLengthBytes what it may have
     */
    Claim claim(ChunkId chunk, long maxLengthBytes) {
        // Whoever looks at the space tells those who listen to it, which is not for under a lock.
        Volume roomy = home(chunk).orElseGet(() -> withRoomFor(maxLengthBytes));
        synchronized (choice) {
            return claim(home(chunk).orElse(roomy), chunk);
        }
    }

    /**
     * Where the chunk of an order is, or is to be: a copy goes to a volume where it can stay.
     *
     * @throws CompletionException with {@code VERSION_CONFLICT} when a volume that has failed or is emptied has a newer version than is to
     *     be copied, and with {@code READ_ONLY} when there is no other that takes it
     */
    ChunkClaim claim(Order order) {
        Volume roomy = placeFor(order.chunk());
        synchronized (choice) {
            return claim(placeOf(order, roomy), order.chunk()).lane();
        }
    }

    /** Where a copy would go. One that leaves a full directory needs room for a new version as well. */
    private Volume placeFor(ChunkId chunk) {
        Volume home = home(chunk).orElse(null);
        if (home != null && isLeaving(chunk, home)) {
            return roomiest(volume -> volume != home);
        }
        return home != null && home.keepsChunks() ? home : withRoomFor(0);
    }

    @GuardedBy("choice")
    private Claim claim(Volume volume, ChunkId chunk) {
        return new Claim(volume, volume.participant().claim(chunk));
    }

    /**
     * @param roomy where a chunk can go that is nowhere yet, or cannot stay
     */
    @GuardedBy("choice")
    private Volume placeOf(Order order, Volume roomy) {
        Volume home = home(order.chunk()).orElse(roomy);
        if (order instanceof Order.Remove) {
            checkLast(order.chunk(), home);
            return home;
        }
        if ((home.keepsChunks() && !isLeaving(order.chunk(), home)) || all.size() == 1) {
            return home;
        }
        if (home.participant().isAtWorkOn(order.chunk())) {
            throw new CompletionException(
                    Failure.of(ErrorCode.BUSY, "chunk " + order.chunk() + " is being stored in " + home)
                            .toException());
        }
        checkNotOlder(order, home);
        Predicate<Volume> other = volume -> volume != home && volume.keepsChunks();
        Volume place = home(order.chunk(), other)
                .or(() -> Optional.of(roomy).filter(other))
                .orElseThrow(() -> new CompletionException(Failure.of(
                                ErrorCode.READ_ONLY,
                                "chunk " + order.chunk() + " cannot stay in " + home
                                        + ", and no other data directory takes it")
                        .withHint("see what the directories are short of with: status")
                        .toException()));
        leaving.put(order.chunk(), home);
        return place;
    }

    /** Without the newest copy an older one on a volume that has failed would be what the server has of the chunk. */
    private void checkLast(ChunkId chunk, Volume home) {
        for (Volume volume : all) {
            if (volume != home && !volume.committedVersion(chunk).equals(ChunkVersion.NONE)) {
                throw new CompletionException(Failure.of(
                                ErrorCode.BUSY,
                                "chunk " + chunk + " is in " + volume + " too, from where it is not removed yet")
                        .toException());
            }
        }
    }

    /**
     * What such a volume has is committed (I2); a version of the same number only takes its place when it is the same, or its bytes are
     * missing.
     */
    private static void checkNotOlder(Order order, Volume leaving) {
        ChunkVersion known = leaving.committedVersion(order.chunk());
        boolean other = leaving.store()
                .stat(order.chunk())
                .filter(info -> !info.transaction().equals(order.transaction()))
                .isPresent();
        if (known.isNewerThan(order.version()) || (known.equals(order.version()) && other)) {
            throw new CompletionException(Failure.of(
                            ErrorCode.VERSION_CONFLICT,
                            "chunk " + order.chunk() + " has version " + known + " in " + leaving + "; version "
                                    + order.version() + " is ordered")
                    .toException());
        }
    }

    private Optional<Volume> home(ChunkId chunk) {
        return home(chunk, volume -> true);
    }

    /**
     * Of those that know the chunk the one with the newest version. Of two that know the same one that has its bytes and works; and of these
     * the one that it is leaving: transactions that were begun there are to meet those that come, until the chunk has moved at one moment.
     */
    private Optional<Volume> home(ChunkId chunk, Predicate<Volume> candidate) {
        if (all.size() == 1) {
            return all.stream().filter(candidate).findFirst();
        }
        Volume now = moved.get(chunk);
        if (now != null && candidate.test(now)) {
            return Optional.of(now);
        }
        return all.stream()
                .filter(candidate)
                .filter(volume -> volume.knows(chunk))
                .max(Comparator.comparing((Volume volume) -> volume.committedVersion(chunk))
                        .thenComparing(volume -> volume.store().stat(chunk).isPresent())
                        .thenComparing(volume -> volume.failed().isEmpty())
                        .thenComparing(volume -> isLeaving(chunk, volume)));
    }

    /**
     * Has a chunk belong to another volume that has it too, from now on and until {@link #endMove}, before which it is removed from this
     * one.
     *
     * @param left the version that is left behind
     * @param kept the version that it has from now on
     * @return false when somebody is at work on it where it was, one of the versions is not there any more, or the disk of the kept one has
     *     failed, after which nothing says that it is durable: nothing has changed then
     */
    boolean beginMove(ChunkInfo left, Volume from, ChunkInfo kept, Volume to) {
        synchronized (choice) {
            ChunkId chunk = left.id();
            return !from.participant().isAtWorkOn(chunk)
                    && from.store().stat(chunk).equals(Optional.of(left))
                    && to.store().stat(chunk).equals(Optional.of(kept))
                    && to.failed().isEmpty()
                    && moved.putIfAbsent(chunk, to) == null;
        }
    }

    /** The copy that was left behind is removed, or stays for now. */
    void endMove(ChunkId chunk) {
        synchronized (choice) {
            moved.remove(chunk);
            leaving.remove(chunk);
        }
    }

    private Volume withRoomFor(long bytes) {
        List<Volume> able = all.stream()
                .filter(volume ->
                        volume.condition().takesChunks() && volume.space().availableBytes() >= bytes)
                .toList();
        List<Volume> quick =
                able.stream().filter(volume -> volume.slow().isEmpty()).toList();
        List<Volume> candidates = quick.isEmpty() ? able : quick;
        double point = random.nextDouble()
                * candidates.stream().mapToDouble(Volumes::room).sum();
        for (Volume volume : candidates) {
            point -= room(volume);
            if (point < 0) {
                return volume;
            }
        }
        return roomiest(volume -> true);
    }

    /** The one that can take most, if any takes chunks at all. */
    private Volume roomiest(Predicate<Volume> candidate) {
        return all.stream()
                .filter(candidate)
                .max(Comparator.comparing((Volume volume) -> volume.condition().takesChunks())
                        .thenComparing(Volume::keepsChunks)
                        .thenComparing(volume -> volume.failed().isEmpty())
                        .thenComparingDouble(Volumes::room))
                .orElseThrow();
    }

    /** What its file system has left; the limit is that of all volumes. */
    private static double room(Volume volume) {
        SpaceSnapshot space = volume.space();
        return Math.max(0, (double) space.freeBytes() - space.reservedBytes());
    }

    /** Where an attempt is or was: its outcome is told by the log that has it. */
    Volume of(StageKey key, ChunkId chunk) {
        return all.stream()
                .filter(volume -> volume.participant().holds(key, chunk))
                .findFirst()
                .or(() -> all.stream()
                        .filter(volume -> volume.transactions().remembers(key.transaction()))
                        .findFirst())
                .orElseGet(() -> of(chunk));
    }

    /** The published version of a chunk, on whichever volume. */
    Optional<ChunkInfo> stat(ChunkId chunk) {
        return newest(all, chunk);
    }

    /** The newest published version of a chunk on one of these. */
    static Optional<ChunkInfo> newest(List<Volume> volumes, ChunkId chunk) {
        return volumes.stream()
                .flatMap(volume -> volume.store().stat(chunk).stream())
                .max(Comparator.comparing(ChunkInfo::version));
    }

    /**
     * A page of the published versions of these volumes in the order of their ids, tombstones included, the newest where two have one.
     *
     * @param pathPrefix what the path must start with; empty for all
     * @param after      the id after which the page starts; null for the first page
     * @param limit      the most that is returned; fewer means that the end is reached
     */
    static List<ChunkInfo> list(List<Volume> volumes, String pathPrefix, @Nullable ChunkId after, int limit) {
        if (volumes.size() == 1) {
            return volumes.get(0).store().list(pathPrefix, after, limit);
        }
        Map<ChunkId, ChunkInfo> page = new TreeMap<>();
        for (Volume volume : volumes) {
            for (ChunkInfo info : volume.store().list(pathPrefix, after, limit)) {
                page.merge(info.id(), info, (a, b) -> b.version().isNewerThan(a.version()) ? b : a);
            }
        }
        return page.values().stream().limit(limit).toList();
    }

    /**
     * Closes them, but those whose disk hangs; fails with what failed first.
     *
     * @param hanging their worlds
     */
    void close(Set<Environment> hanging) throws IOException {
        try (Closer closer = Closer.create()) {
            all.stream()
                    .filter(volume -> !hanging.contains(volume.participant().environment()))
                    .forEach(volume -> closer.register(volume::close));
        }
    }
}
