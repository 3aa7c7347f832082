package io.chunkserver.core.master;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Names the servers for stores, so that any two stores of a chunk that may be under way together share one of them. Guarded by the
 * master's lock.
 *
 * <p>A chunk that exists gets the servers that have its newest version; but which of them are fit to be named changes, and so do the
 * reports. Therefore what was named is remembered: the core of a chunk is a set of servers that were in every placement of it for as
 * long as a store may take. It shrinks when a member fails, never to nothing, and is forgotten by age, or once as many versions were
 * reported by all of it as there were placements: every store makes one version at most, so none of them is under way any more. One
 * newer version alone would not tell that, since a store that is begun late replaces whatever its primary has then.
 */
final class Placements {

    /** The most chunks whose placement is remembered; only those under way are, so this is far above what servers can take. */
    static final int MAX_REMEMBERED = 100_000;

    /** How many old placements are looked at in one step, so that a step is short. */
    private static final int MAX_EXPIRED_AT_ONCE = 1_000;

    /**
     * What was named for a chunk.
     *
     * @param last    the version that there is when every store that it was named for is committed
     * @param core    servers that were in all placements remembered, and those that told of a store under way
     * @param expires the tick in which it is forgotten
     */
    private record Remembered(ChunkVersion last, List<ClusterMember> core, int expires) {}

    private final MasterConfig config;
    private final Members members;
    private final ChunkTable table;
    private final CandidateChoice choice;

    /** In the order in which they expire. */
    private final Map<ChunkId, Remembered> remembered = new LinkedHashMap<>();

    Placements(MasterConfig config, Members members, ChunkTable table, CandidateChoice choice) {
        this.config = config;
        this.members = members;
        this.table = table;
        this.choice = choice;
    }

    /**
     * Names the servers for a store.
     *
     * @param remembers false while a leader before this one may have named servers of which nothing is known here: then a chunk that
     *                  exists gets all that are fit, whoever is excluded, so that two stores share one of them in spite of that
     */
    ChunkCopies place(PlacementRequest request, int now, boolean remembers) throws ChunkServerException {
        Chunk chunk = table.find(request.chunk());
        ChunkInfo newest = chunk == null ? null : chunk.newest();
        if (chunk != null && chunk.conflicting()) {
            throw conflicting(request.chunk());
        }
        Remembered before = remembered.get(request.chunk());
        List<ClusterMember> core = before == null ? List.of() : stillIn(before.core(), request);
        List<ClusterMember> named =
                chunk == null || newest == null ? new ArrayList<>() : holders(chunk, request, remembers);
        List<ClusterMember> others = new ArrayList<>(core);
        others.removeAll(named);
        choice.sort(others, named.isEmpty() ? request.near() : named.get(0).location());
        named.addAll(others);
        named.addAll(added(request, chunk, named, newest == null));
        if (before == null && remembered.size() >= MAX_REMEMBERED) {
            throw Failure.of(ErrorCode.OVERLOADED, "stores of " + MAX_REMEMBERED + " chunks are under way")
                    .toException();
        }
        ChunkVersion base = newest == null ? ChunkVersion.NONE : newest.version();
        remembered.remove(request.chunk());
        remembered.put(
                request.chunk(),
                before == null
                        ? new Remembered(base.next(), List.copyOf(named), now + config.placementTicks())
                        : new Remembered(before.last().next(), core, now + config.placementTicks()));
        named.forEach(member -> member.promise(request.lengthBytes()));
        return new ChunkCopies(
                request.chunk(), base, named.stream().map(ClusterMember::member).toList());
    }

    /**
     * A server takes part in a store, which a leader before this one may have placed, or this master before its start or before another one
     * led. It is in the core from now on, for as long again: whatever else is known of the chunk, the next store shares a server with
     * this one. So many chunks are not limited here; servers limit what they have open.
     */
    void underWay(OpenTransaction open, ClusterMember member, int now) {
        Chunk chunk = table.find(open.chunk());
        if (chunk != null && chunk.hasAtLeast(member, open.version())) {
            return;
        }
        // Put anew, since they stand in the order in which they expire.
        Remembered before = remembered.remove(open.chunk());
        List<ClusterMember> core = new ArrayList<>(before == null ? List.of() : before.core());
        if (!core.contains(member) && core.size() < PlacementRequest.MAX_COPIES) {
            core.add(member);
        }
        ChunkVersion last =
                before != null && before.last().isNewerThan(open.version()) ? before.last() : open.version();
        remembered.put(open.chunk(), new Remembered(last, List.copyOf(core), now + config.placementTicks()));
    }

    /**
     * What remains of the core: servers that are fit, if any is; else living ones, which may refuse the store, but then it fails
     * rather than passing by one that goes on there.
     */
    private static List<ClusterMember> stillIn(List<ClusterMember> core, PlacementRequest request)
            throws ChunkServerException {
        Set<ServerId> excluded = request.excluded();
        List<ClusterMember> fit = select(core, member -> member.takesChunks() && !excluded.contains(member.id()));
        if (!fit.isEmpty()) {
            return fit;
        }
        List<ClusterMember> alive = select(core, ClusterMember::isAlive);
        if (alive.isEmpty()) {
            throw gone(
                    "all servers that were named for a store of chunk " + request.chunk() + " a short while ago", core);
        }
        return alive;
    }

    /**
     * The servers that have the newest version: the fit ones, if any is; else all that live. Those of them that have just failed the one who
     * asks are left out, unless none remains: a dead one looks fit until its heartbeats are missed. The nearest is the first.
     */
    private List<ClusterMember> holders(Chunk chunk, PlacementRequest request, boolean remembers)
            throws ChunkServerException {
        List<ClusterMember> living = chunk.good(ClusterMember::isAlive);
        List<ClusterMember> keeping = select(living, member -> !isToGiveUp(chunk, member));
        List<ClusterMember> alive = keeping.isEmpty() ? living : keeping;
        if (alive.isEmpty()) {
            throw gone("all servers that have the newest version of chunk " + chunk.id(), chunk.good(member -> true));
        }
        List<ClusterMember> fit = select(alive, ClusterMember::takesChunks);
        List<ClusterMember> willing = fit.isEmpty() ? alive : fit;
        List<ClusterMember> answering =
                remembers ? select(willing, member -> !request.excluded().contains(member.id())) : willing;
        List<ClusterMember> named = new ArrayList<>(answering.isEmpty() ? willing : answering);
        choice.sort(named, request.near());
        return named.size() <= PlacementRequest.MAX_COPIES
                ? named
                : new ArrayList<>(named.subList(0, PlacementRequest.MAX_COPIES));
    }

    /** Whether a server was told to remove its copy, which it may do at any time; it was told only since others keep theirs. */
    private static boolean isToGiveUp(Chunk chunk, ClusterMember member) {
        GivenOrder order = chunk.orderOf(member);
        return order != null && !order.isCopy();
    }

    /** Servers to fill up with: those that are behind first, as they catch up by it. */
    private List<ClusterMember> added(
            PlacementRequest request, @Nullable Chunk chunk, List<ClusterMember> named, boolean isNew)
            throws ChunkServerException {
        int wanted = request.copies() == 0 ? config.replication() : request.copies();
        int missing = wanted - named.size();
        if (missing <= 0) {
            return List.of();
        }
        List<ClusterMember> willing = select(
                members.all(),
                member -> (member.takesChunks() || isAsking(member, request))
                        && !named.contains(member)
                        && !request.excluded().contains(member.id()));
        List<ClusterMember> fitting = select(
                willing,
                member -> request.lengthBytes() <= member.registration().chunkSizeLimitBytes());
        List<ClusterMember> pool = select(fitting, member -> member.availableBytes() >= request.lengthBytes());
        if (isNew && pool.size() < missing) {
            throw tooFew(request, wanted, named.size(), willing, fitting);
        }
        List<ClusterMember> added = new ArrayList<>();
        if (chunk != null) {
            added.addAll(
                    choice.choose(missing, named, select(pool, member -> chunk.at(member) != null), request.near()));
        }
        if (named.isEmpty() && added.isEmpty()) {
            added.addAll(select(pool, member -> member.id().equals(request.primary())));
        }
        List<ClusterMember> taken = new ArrayList<>(named);
        taken.addAll(added);
        added.addAll(choice.choose(
                missing - added.size(), taken, select(pool, member -> !taken.contains(member)), request.near()));
        return added;
    }

    /** A server that asks for itself has looked at its own state just now, and what it said of that before is out of date. */
    private static boolean isAsking(ClusterMember member, PlacementRequest request) {
        return member.isLive() && member.id().equals(request.primary());
    }

    private static ChunkServerException tooFew(
            PlacementRequest request, int wanted, int named, List<ClusterMember> willing, List<ClusterMember> fitting) {
        if (named + willing.size() < wanted) {
            return Failure.of(
                            ErrorCode.TOO_FEW_SERVERS,
                            "chunk " + request.chunk() + " is to have " + wanted + " copies, and "
                                    + (named + willing.size()) + " servers take chunks"
                                    + (request.excluded().isEmpty() ? "" : " beside those that are excluded"))
                    .withHint("ask for fewer copies, or see which servers take none with: status --master")
                    .toException();
        }
        if (named + fitting.size() < wanted) {
            return Failure.of(
                            ErrorCode.CHUNK_TOO_LARGE,
                            "chunk " + request.chunk() + " of " + request.lengthBytes()
                                    + " bytes is longer than what fewer than " + wanted + " servers take")
                    .toException();
        }
        long available = fitting.stream()
                .mapToLong(ClusterMember::availableBytes)
                .sorted()
                .skip(fitting.size() - (wanted - named))
                .findFirst()
                .orElse(0);
        return Failure.insufficientSpace(request.lengthBytes(), available).toException();
    }

    /**
     * The living servers that were named for stores of a chunk a while ago; empty when there were none.
     *
     * @throws ChunkServerException.Unavailable when none of them lives: they may have it, and be out of this master's reach only
     */
    List<Member> placed(ChunkId id) throws ChunkServerException {
        Remembered placed = remembered.get(id);
        if (placed == null) {
            return List.of();
        }
        List<ClusterMember> alive = select(placed.core(), ClusterMember::isAlive);
        if (alive.isEmpty()) {
            throw gone("all servers that were named for a store of chunk " + id + " a short while ago", placed.core());
        }
        return alive.stream().map(ClusterMember::member).toList();
    }

    /** Whether a server was named for all stores of a chunk that may be under way. */
    boolean names(ChunkId id, ClusterMember member) {
        Remembered placed = remembered.get(id);
        return placed != null && placed.core().contains(member);
    }

    /**
     * A chunk was reported: its placement is forgotten once all of its core has the last version that the stores can make. Members that
     * are dead count too: they may only be out of this master's reach, and go on with a store.
     *
     * @return whether that was so
     */
    boolean reported(Chunk chunk) {
        Remembered placed = remembered.isEmpty() ? null : remembered.get(chunk.id());
        if (placed == null || !placed.core().stream().allMatch(member -> chunk.hasAtLeast(member, placed.last()))) {
            return false;
        }
        remembered.remove(chunk.id());
        return true;
    }

    /** Forgets what is old, a bounded number at a time; of which chunks. */
    List<ChunkId> expire(int now) {
        List<ChunkId> forgotten = new ArrayList<>();
        Iterator<Map.Entry<ChunkId, Remembered>> eldest = remembered.entrySet().iterator();
        while (forgotten.size() < MAX_EXPIRED_AT_ONCE && eldest.hasNext()) {
            Map.Entry<ChunkId, Remembered> next = eldest.next();
            if (next.getValue().expires() > now) {
                break;
            }
            forgotten.add(next.getKey());
            eldest.remove();
        }
        return forgotten;
    }

    static ChunkServerException conflicting(ChunkId chunk) {
        return Failure.conflictingCopies("one version of chunk " + chunk + " was reported under two transactions")
                .toException();
    }

    static ChunkServerException gone(String whose, Collection<ClusterMember> servers) {
        return Failure.of(
                        ErrorCode.UNREACHABLE,
                        whose + " are gone: "
                                + String.join(
                                        ", ",
                                        servers.stream()
                                                .map(member -> member.member().toString())
                                                .toList()))
                .toException();
    }

    private static List<ClusterMember> select(Collection<ClusterMember> from, Predicate<ClusterMember> wanted) {
        return from.stream().filter(wanted).toList();
    }
}
