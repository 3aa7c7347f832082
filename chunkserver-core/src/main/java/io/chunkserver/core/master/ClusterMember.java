package io.chunkserver.core.master;

import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A server as the master knows it: who it is, how long it has been silent, how far its reports go, what it was promised for. Guarded
 * by the master's lock.
 */
final class ClusterMember {

    /** What a server is waited for at most, however seldom it says that it sends heartbeats. */
    private static final int MAX_TICKS_PER_HEARTBEAT = 1_000;

    /** Orders that it will be given, the most urgent first. */
    final Deque<GivenOrder> waiting = new ArrayDeque<>();

    /** Orders that it was given and whose result it has not reported. */
    final Set<GivenOrder> given = new LinkedHashSet<>();

    /** Orders that name it as their first source. */
    int sourceOf;

    /** What its waiting and given orders will take of its space. */
    long orderedBytes;

    /** The tick in which it was last given an order or confirmed one. */
    int progressAt;

    /** Its heartbeats in a row that told of fewer open orders than it was given and has not confirmed. */
    int unaccounted;

    private Registration registration;

    /** The tick in which it registered, or told last of more than it had told before of all that it has. */
    private int toldAt;

    /** Ticks since the last heartbeat. */
    private int silent;

    private int draining;
    private Liveness liveness = Liveness.LIVE;
    private @Nullable Heartbeat lastHeartbeat;

    /** What was promised to stores since the last heartbeat, which does not tell of them. */
    private long promisedBytes;

    /** Numbers its full reports; a copy counts as long as it was named in report {@link #validFrom} or later. */
    private int report = 1;

    private int validFrom = 1;
    private boolean reporting;

    /** The greatest number of a report that its present run has sent. */
    private long lastNumber;

    private boolean reported;

    /** How far its full reports have got at most since it registered. */
    private long furthest;

    /** Whether this run of it has told all that it has. */
    private boolean heard;

    private final Tally copies = new Tally();
    private final Tally tombstones = new Tally();

    /** How many versions of a kind are believed to be there, and how many of them the full report that is under way has named. */
    private static final class Tally {

        private long believed;
        private long inReport;
    }

    ClusterMember(Registration registration, int now) {
        this.registration = registration;
        this.toldAt = now;
    }

    // Who it is

    /**
     * Takes a new run of it. What an earlier run has reported counts until this one has told all that it has, which takes seconds: else each
     * restart would have all of its copies made anew. A server that lost its directory comes with
     * another one, and nothing that it had is believed. One that never got to its end is not waited for anew: it may fail there each time.
     */
    void register(Registration anew, int now) {
        if (!anew.server().equals(registration.server())) {
            lastNumber = 0;
        }
        if (reported || isDead()) {
            toldAt = now;
            furthest = 0;
        }
        registration = anew;
        silent = 0;
        draining = 0;
        liveness = Liveness.LIVE;
        lastHeartbeat = null;
        promisedBytes = 0;
        reporting = false;
        heard = false;
    }

    Registration registration() {
        return registration;
    }

    ServerId id() {
        return registration.member().id();
    }

    Member member() {
        return registration.member();
    }

    Location location() {
        return registration.member().location();
    }

    // Whether it lives

    void heartbeat(Heartbeat heartbeat) {
        silent = 0;
        liveness = Liveness.LIVE;
        lastHeartbeat = heartbeat;
        promisedBytes = 0;
        if (heartbeat.state() != ServerState.DRAINING) {
            draining = 0;
        }
        if (!heartbeat.location().equals(location())) {
            Member moved = new Member(id(), member().address(), heartbeat.location());
            registration = new Registration(
                    registration.server(),
                    moved,
                    registration.formatVersion(),
                    registration.spaceLimitBytes(),
                    registration.chunkSizeLimitBytes(),
                    registration.heartbeatInterval());
        }
    }

    /** How many ticks pass between two heartbeats: one, unless the server sends them less often than the master expects. */
    int ticksPerHeartbeat(MasterConfig config) {
        Duration tick = config.heartbeatInterval();
        long ticks = registration.heartbeatInterval().plus(tick).minusNanos(1).dividedBy(tick);
        return (int) Math.min(Math.max(ticks, 1), MAX_TICKS_PER_HEARTBEAT);
    }

    /** One heartbeat interval of the master has passed. */
    void tick(MasterConfig config) {
        int ticks = ticksPerHeartbeat(config);
        silent = Math.min(silent + 1, config.deadAfter() * ticks + 1);
        // The first tick may have come a moment after the last heartbeat: only as many intervals as lie between ticks
        // have surely passed.
        int missed = (silent - 1) / ticks;
        liveness = missed >= config.deadAfter()
                ? Liveness.DEAD
                : missed >= config.suspectAfter() ? Liveness.SUSPECT : Liveness.LIVE;
        if (isDraining()) {
            draining = Math.min(draining + 1, config.deadAfter());
        }
    }

    Liveness liveness() {
        return liveness;
    }

    boolean isLive() {
        return liveness == Liveness.LIVE;
    }

    boolean isDead() {
        return liveness == Liveness.DEAD;
    }

    boolean isAlive() {
        return !isDead();
    }

    /** Whether it may be given chunks that it does not have. */
    boolean takesChunks() {
        return isLive() && lastHeartbeat != null && lastHeartbeat.state() == ServerState.READY;
    }

    /**
     * Whether a copy there is one to rely on. A server that goes down for a moment is relied on as one whose heartbeats are missing
     * for a moment; one that goes on draining is being emptied.
     */
    boolean isReliable(MasterConfig config) {
        return isAlive() && draining < config.deadAfter();
    }

    /** Whether it said last that it takes nothing because it is drained, or goes down. */
    boolean isDraining() {
        return lastHeartbeat != null && lastHeartbeat.state() == ServerState.DRAINING;
    }

    /** Whether it is draining and nothing comes any more: nothing is in flight there, and it has told all that it has. */
    boolean isQuietlyDraining() {
        return lastHeartbeat != null && isDraining() && lastHeartbeat.openTransactions() == 0 && heard;
    }

    // Space

    /** What a new chunk may take there, in bytes. */
    long availableBytes() {
        return lastHeartbeat == null
                ? 0
                : Math.max(0, lastHeartbeat.space().availableBytes() - promisedBytes - orderedBytes);
    }

    void promise(long bytes) {
        promisedBytes += bytes;
    }

    int openOrders() {
        return lastHeartbeat == null ? 0 : lastHeartbeat.openOrders();
    }

    // Reports

    int report() {
        return report;
    }

    /** Whether a report of its present run has come that was begun after the one of this number. */
    boolean isLate(long number) {
        return number != 0 && number < lastNumber;
    }

    /** A report of this number has come. */
    void tells(long number) {
        lastNumber = Math.max(lastNumber, number);
    }

    int validFrom() {
        return validFrom;
    }

    boolean isReporting() {
        return reporting;
    }

    /** Whether this run of it has told all that it has; what an earlier run had may not be there any more. */
    boolean isHeard() {
        return heard;
    }

    /**
     * Whether it has joined and has not told yet all that it has. One whose report does not go on is not waited for, nor one that begins it
     * again and again: the others' chunks would go without their copies.
     */
    boolean isUnheard(int now, int grace) {
        return isAlive() && !reported && now - toldAt < grace;
    }

    /** A part of a report has come. */
    void goesOnReporting(int now) {
        long told = copies.inReport + tombstones.inReport;
        if (reporting && told > furthest) {
            furthest = told;
            toldAt = now;
        }
    }

    void beginReport() {
        report++;
        reporting = true;
        copies.inReport = 0;
        tombstones.inReport = 0;
    }

    /** Ends a full report; true when versions that were believed to be there were not in it. */
    boolean endReport() {
        boolean forgotten = copies.believed > copies.inReport || tombstones.believed > tombstones.inReport;
        validFrom = report;
        copies.believed = copies.inReport;
        tombstones.believed = tombstones.inReport;
        reporting = false;
        reported = true;
        heard = true;
        return forgotten;
    }

    /** No copy counts that was reported so far. */
    void forgetCopies() {
        report++;
        validFrom = report;
        copies.believed = 0;
        tombstones.believed = 0;
        reporting = false;
        reported = false;
        heard = false;
    }

    /** It has told of a version, which counts from now on. */
    void added(ChunkInfo version) {
        Tally tally = tally(version);
        tally.believed++;
        tally.inReport += reporting ? 1 : 0;
    }

    /** A version that counted does so no more, since it is gone or another has taken its place. */
    void gone(ChunkInfo version, boolean inThisReport) {
        Tally tally = tally(version);
        tally.believed--;
        tally.inReport -= reporting && inThisReport ? 1 : 0;
    }

    private Tally tally(ChunkInfo version) {
        return version.tombstone() ? tombstones : copies;
    }

    MemberStatus status() {
        return new MemberStatus(
                registration, liveness, lastHeartbeat, copies.believed, tombstones.believed, given.size());
    }
}
