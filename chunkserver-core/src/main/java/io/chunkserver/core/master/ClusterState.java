package io.chunkserver.core.master;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.OpenTransaction;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that a master knows, and what it does with it, one bounded step at a time. Guarded by the master's lock; every method is one step
 * under it.
 */
final class ClusterState {

    /** Chunks that one step of a list or of the walk over all chunks looks at: some hundred microseconds. */
    private static final int WALK_SLICE = 1_000;

    /** Chunks that one step of planning looks at; each may compare all servers. */
    private static final int PLAN_SLICE = 50;

    private static final Logger LOG = LoggerFactory.getLogger(ClusterState.class);

    private final String name;
    private final MasterConfig config;
    private final DistanceMetric metric;
    private final Members members;
    private final ChunkTable table = new ChunkTable();
    private final OrderBook book;
    private final RepairPlanner planner;
    private final Placements placements;

    /** The ticks so far. */
    private int now;

    /** A master that nobody elects leads from its start. */
    private boolean leading = true;

    /** Whether no other can have been elected meanwhile. */
    private BooleanSupplier confirmed = () -> true;

    /** That of the leadership; 0 without an election. */
    private long epoch;

    /** The tick in which it was elected: the leader before it may have placed chunks a moment ago that nobody has reported yet. */
    private int leadingSince;

    /** The number of copies for which all chunks were last assessed, or are being so. */
    private int goal;

    ClusterState(String name, MasterConfig config, DistanceMetric metric, RandomGenerator random) {
        this.name = name;
        this.config = config;
        this.metric = metric;
        CandidateChoice choice = new CandidateChoice(metric, random);
        members = new Members(config);
        book = new OrderBook(config);
        placements = new Placements(config, members, table, choice);
        planner = new RepairPlanner(config, members, book, choice, placements);
        goal = members.goal();
    }

    // What servers tell

    void register(Registration registration) throws ChunkServerException {
        Members.Registered registered = members.register(registration, now);
        ClusterMember forgotten = registered.forgotten();
        if (forgotten != null) {
            book.endAll(forgotten).forEach(chunk -> planner.assess(chunk, now));
        }
        // What it was to do, it forgot when it was started anew, or never heard.
        book.endAll(registered.member()).forEach(chunk -> planner.assess(chunk, now));
        table.beginWalk();
        liveServersChanged();
        LOG.info(
                "server {} registered from {}{}",
                registration.server(),
                registration.member().address(),
                forgotten == null ? "" : "; the copies of " + forgotten.member() + " are forgotten");
        int ticks = registered.member().ticksPerHeartbeat(config);
        if (ticks > 1) {
            LOG.warn(
                    "server {} sends heartbeats every {} and this master expects them every {}: it is waited for {} times as long; "
                            + "give both the same interval",
                    registration.server(),
                    registration.heartbeatInterval(),
                    config.heartbeatInterval(),
                    ticks);
        }
    }

    HeartbeatReply heartbeat(Heartbeat heartbeat) {
        ClusterMember member = members.find(heartbeat.server()).orElse(null);
        if (member == null) {
            return HeartbeatReply.UNKNOWN;
        }
        boolean wasDead = member.isDead();
        boolean wasLive = member.isLive();
        boolean tookChunks = member.takesChunks();
        boolean wasReliable = member.isReliable(config);
        member.heartbeat(heartbeat);
        if (wasDead) {
            LOG.info("server {} is back", member.member());
        }
        if (!wasLive || (!tookChunks && member.takesChunks()) || (!wasReliable && member.isReliable(config))) {
            // What was looked at meanwhile may concern it: older versions there got no order, and copies that were made
            // for its sake may be too much now.
            table.beginWalk();
        }
        if (tookChunks != member.takesChunks()) {
            liveServersChanged();
        }
        if (!leads()) {
            return new HeartbeatReply(true, List.of());
        }
        return new HeartbeatReply(
                true, epoch, book.give(member, now, planner::isStillRight, chunk -> planner.assess(chunk, now)));
    }

    // Who gives orders

    private boolean leads() {
        return leading && confirmed.getAsBoolean();
    }

    void lead(long newEpoch, BooleanSupplier asLongAs) {
        leading = true;
        confirmed = asLongAs;
        epoch = newEpoch;
        leadingSince = now;
        LOG.info("this master leads, epoch {}", newEpoch);
    }

    /** What was ordered is forgotten: whoever leads from now on orders anew. */
    void standBy() {
        if (leading && epoch > 0) {
            LOG.info("this master does not lead any more; its epoch was {}", epoch);
        }
        leading = false;
        epoch = 0;
        members.all().forEach(member -> book.endAll(member).forEach(chunk -> planner.assess(chunk, now)));
    }

    void beginReport(ChunkReport report) throws ChunkServerException {
        ClusterMember member = telling(report);
        member.tells(report.number());
        if (report.kind() == ChunkReport.Kind.START) {
            member.beginReport();
        } else if (report.kind() != ChunkReport.Kind.CHANGES && !member.isReporting()) {
            throw Failure.of(
                            ErrorCode.PROTOCOL_ERROR,
                            "a part of a full report of server " + report.server() + " came without its start")
                    .toException();
        }
    }

    /** The server of a report, of which no newer one has come, also while this one is taken step by step. */
    private ClusterMember telling(ChunkReport report) throws ChunkServerException {
        ClusterMember member = registered(report.server());
        if (member.isLate(report.number())) {
            throw Failure.of(
                            ErrorCode.PROTOCOL_ERROR,
                            "report " + report.number() + " of server " + report.server() + " came after a newer one")
                    .toException();
        }
        return member;
    }

    /** Takes some of the versions of a report that was begun. */
    void takePresent(ChunkReport report, List<ChunkInfo> present) throws ChunkServerException {
        ClusterMember member = telling(report);
        for (ChunkInfo info : present) {
            Chunk chunk = table.findOrAdd(info.id());
            planner.reported(chunk, member, info, now);
            if (placements.reported(chunk)) {
                planner.assess(chunk, now);
            }
        }
        member.goesOnReporting(now);
    }

    /** Takes some of what is gone by a report that was begun. */
    void takeAbsent(ChunkReport report, List<ChunkId> absent) throws ChunkServerException {
        ClusterMember member = telling(report);
        for (ChunkId id : absent) {
            Chunk chunk = table.find(id);
            if (chunk != null) {
                planner.reported(chunk, member, null, now);
                if (chunk.entries() == 0) {
                    table.remove(chunk);
                }
            }
        }
    }

    /** Takes some of what may still come of stores that were placed by a leader before, or by this master before its start. */
    void takeOpen(ChunkReport report, List<OpenTransaction> open) throws ChunkServerException {
        ClusterMember member = telling(report);
        open.forEach(transaction -> placements.underWay(transaction, member, now));
    }

    void endReport(ChunkReport report) throws ChunkServerException {
        if (report.kind() == ChunkReport.Kind.END && telling(report).endReport()) {
            table.beginWalk();
        }
    }

    private ClusterMember registered(Incarnation server) throws ChunkServerException {
        return members.find(server)
                .orElseThrow(() -> Failure.of(ErrorCode.NOT_REGISTERED, "server " + server + " is not registered")
                        .withHint("it has to register and to report all its chunks")
                        .toException());
    }

    // What clients ask

    ChunkCopies place(PlacementRequest request) throws ChunkServerException {
        if (!leads()) {
            throw Failure.of(
                            ErrorCode.NOT_LEADING,
                            "this master does not lead, and so does not say where chunk " + request.chunk() + " goes")
                    .withHint("ask the master that leads")
                    .toException();
        }
        if (isTooEarlyFor(request.chunk())) {
            throw Failure.of(
                            ErrorCode.MASTER_STARTING,
                            "this master leads only since a moment ago, and does not know yet who may have chunk "
                                    + request.chunk() + ", or is being given it")
                    .withHint(patience())
                    .toException();
        }
        forgetPlacements();
        ChunkCopies placed = placements.place(request, now, !hasTakenOver());
        return new ChunkCopies(placed.chunk(), placed.version(), placed.members(), epoch);
    }

    /**
     * Servers with newer versions may not have joined yet, or have joined and not told what they have, or those that a leader before this one
     * named may not have reported. A cluster that looks empty may be one of which only new servers have joined so far.
     */
    private boolean isTooEarlyFor(ChunkId chunk) {
        return now < config.grace()
                || !members.areComplete()
                || ((hasTakenOver() || !isSettled()) && table.find(chunk) == null);
    }

    /** Whether stores may be under way whose servers the leader before this one named. */
    private boolean hasTakenOver() {
        return epoch > 0 && now - leadingSince < config.grace();
    }

    ChunkCopies locate(ChunkId id, @Nullable Location near) throws ChunkServerException {
        Chunk chunk = table.find(id);
        ChunkInfo newest = chunk == null ? null : chunk.newest();
        if (chunk != null && chunk.conflicting()) {
            throw Placements.conflicting(id);
        }
        List<Member> placed = chunk == null || newest == null ? placements.placed(id) : List.of();
        if (!placed.isEmpty()) {
            // Stored a moment ago perhaps, and its members' reports are on their way.
            return new ChunkCopies(id, ChunkVersion.NONE, placed);
        }
        if (chunk == null || newest == null || newest.tombstone()) {
            refuseWhileUnsettled("whether a server has chunk " + id);
            throw Failure.of(ErrorCode.CHUNK_NOT_FOUND, "no server has chunk " + id)
                    .toException();
        }
        List<ClusterMember> alive = new ArrayList<>(chunk.good(ClusterMember::isAlive));
        if (alive.isEmpty()) {
            throw Placements.gone("all servers that have the newest version of chunk " + id, chunk.good(any -> true));
        }
        Comparator<ClusterMember> order = Comparator.comparing(ClusterMember::liveness);
        alive.sort(near == null ? order : order.thenComparingDouble(member -> metric.between(near, member.location())));
        return new ChunkCopies(
                id, newest.version(), alive.stream().map(ClusterMember::member).toList());
    }

    /** Nothing that is missing may be told as missing before all that there is was told here. */
    private void refuseWhileUnsettled(String question) throws ChunkServerException {
        if (!isSettled()) {
            throw Failure.of(
                            ErrorCode.MASTER_STARTING,
                            "this master does not know yet " + question
                                    + ": it was started a moment ago, or a server has not told yet all that it has")
                    .withHint(patience())
                    .toException();
        }
    }

    /** What the hint of an answer is that only time and servers can change. */
    private String patience() {
        return members.areComplete()
                ? "try again within " + graceSeconds() + " seconds"
                : "try again when " + config.expectedServers() + " servers have registered, of which "
                        + members.all().size()
                        + " have; where there are fewer now, start the master with fewer expected";
    }

    private long graceSeconds() {
        return config.heartbeatInterval().multipliedBy(config.grace()).toSeconds();
    }

    /**
     * Adds some chunks to a page.
     *
     * @param most how long the page may become
     * @return the chunk after which to go on; empty when the page is done
     */
    Optional<ChunkId> list(List<ListedChunk> page, String pathPrefix, @Nullable ChunkId after, int most)
            throws ChunkServerException {
        refuseWhileUnsettled("all chunks that there are");
        return Optional.ofNullable(table.scan(pathPrefix, after, WALK_SLICE, chunk -> addTo(page, chunk, most)));
    }

    private static boolean addTo(List<ListedChunk> page, Chunk chunk, int most) {
        ChunkInfo newest = chunk.newest();
        if (newest != null && !newest.tombstone()) {
            page.add(new ListedChunk(newest, chunk.good(ClusterMember::isAlive).size()));
        }
        return page.size() < most;
    }

    /** Begins to count for how many chunks a server is needed that is to go. */
    NeededCount countNeeded(ServerId id) throws ChunkServerException {
        ClusterMember member = members.find(id)
                .orElseThrow(() -> Failure.of(ErrorCode.NOT_REGISTERED, "server " + id + " is not registered")
                        .toException());
        if (!member.isQuietlyDraining()) {
            throw Failure.of(
                            ErrorCode.BUSY,
                            "server " + id
                                    + " has not told yet that it is drained, that nothing is in flight, and what it has")
                    .withHint("ask again after its next heartbeat")
                    .toException();
        }
        return new NeededCount(member, members.goal());
    }

    /** Goes on with a count; false when it is done. */
    boolean goOnCounting(NeededCount count) {
        return count.step(table, WALK_SLICE, config);
    }

    ClusterStatus status() {
        ChunkCounts counts = planner.counts();
        return new ClusterStatus(
                name,
                config.heartbeatInterval().multipliedBy(now),
                config.replication(),
                members.all().stream().map(ClusterMember::status).toList(),
                counts.chunks(),
                counts.underReplicated(),
                counts.withoutCopy(),
                counts.conflicting(),
                counts.stale(),
                isSettled() && !table.isWalking(),
                leads(),
                epoch);
    }

    // What passes with time

    void tick() {
        now++;
        members.all().forEach(this::age);
        liveServersChanged();
        forgetPlacements();
    }

    /** What is too much of a chunk may go where no store may be under way any more. */
    private void forgetPlacements() {
        for (ChunkId id : placements.expire(now)) {
            Chunk chunk = table.find(id);
            if (chunk != null) {
                planner.assess(chunk, now);
            }
        }
    }

    private void age(ClusterMember member) {
        boolean wasAlive = member.isAlive();
        boolean wasReliable = member.isReliable(config);
        member.tick(config);
        List<Chunk> concerned = member.isDead() ? book.endAll(member) : book.endLost(member, now);
        concerned.forEach(chunk -> planner.assess(chunk, now));
        if (wasReliable != member.isReliable(config)) {
            table.beginWalk();
        }
        if (wasAlive && member.isDead()) {
            LOG.warn("server {} is dead: its copies are made anew", member.member());
        }
    }

    /** The number of copies that every chunk is to have may have changed with the servers that take chunks. */
    private void liveServersChanged() {
        members.count();
        if (members.goal() != goal) {
            goal = members.goal();
            table.beginWalk();
        }
    }

    /** One bounded step of what is to be done; see {@link ClusterMaster#runOnce}. */
    boolean runOnce() {
        boolean walking = table.isWalking();
        if (walking) {
            table.walk(WALK_SLICE, this::revisit);
            if (!table.hasWalkedOnce()) {
                return true;
            }
        }
        // All that is known to be needed is queued before anything is planned, so that the most urgent comes first.
        // But a walk that is lengthened again and again, as by servers that register, keeps nobody waiting after it
        // has seen all chunks once.
        return planner.ripen(WALK_SLICE, now) || plan() || walking;
    }

    private boolean plan() {
        if (!leading) {
            return false;
        }
        boolean settled = isSettled();
        int made = 0;
        for (int looked = 0; looked < PLAN_SLICE; looked++) {
            int orders = planner.planNext(settled, now);
            if (orders < 0) {
                return false;
            }
            made += orders;
        }
        return made > 0;
    }

    /** Whether all servers have had time to join, and each that did has told all that it has. */
    private boolean isSettled() {
        return now >= config.grace()
                && members.areComplete()
                && members.all().stream().noneMatch(member -> member.isUnheard(now, config.grace()));
    }

    private void revisit(Chunk chunk) {
        chunk.prune();
        planner.assess(chunk, now);
    }
}
