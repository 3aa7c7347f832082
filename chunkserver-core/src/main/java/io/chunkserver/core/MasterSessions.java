package io.chunkserver.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.MasterSession;
import io.chunkserver.core.membership.OrderFence;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.ReportingServer;
import io.chunkserver.core.membership.SessionConfig;
import io.chunkserver.core.model.ChunkId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A server's masters, which may change: one session with each, and the first that answers for questions. Thread-safe; nothing waits.
 */
final class MasterSessions {

    /** These say nothing about the question: another master may answer it. */
    private static final Set<ErrorCode> NO_ANSWER = EnumSet.of(
            ErrorCode.UNREACHABLE,
            ErrorCode.TIMEOUT,
            ErrorCode.PROTOCOL_ERROR,
            ErrorCode.NOT_LEADING,
            ErrorCode.MASTER_STARTING);

    private final ReportingServer server;

    /** Numbers the reports of this run, to whichever master and in whichever session. */
    private final AtomicLong reports = new AtomicLong();

    private final OrderFence fence;
    private final SessionConfig config;
    private final Environment environment;

    /** Replaced under this object's monitor; the one with the master that leads, where that is known, is the first. */
    private volatile List<MasterSession> sessions = List.of();

    private volatile @Nullable MasterConnection registry;

    @GuardedBy("this")
    private boolean started;

    @GuardedBy("this")
    private boolean closed;

    MasterSessions(
            List<KnownMaster> masters,
            ReportingServer server,
            OrderFence fence,
            SessionConfig config,
            Environment environment) {
        this.server = server;
        this.fence = fence;
        this.config = config;
        this.environment = environment;
        follow(masters);
    }

    /** Speaks to these masters and no others from now on; sessions with those that stay go on. */
    synchronized void follow(List<KnownMaster> masters) {
        if (closed) {
            return;
        }
        List<MasterSession> before = sessions;
        List<MasterSession> after = new ArrayList<>();
        List<MasterSession> fresh = new ArrayList<>();
        for (KnownMaster known : masters) {
            Optional<MasterSession> same = before.stream()
                    .filter(session -> session.master() == known.master())
                    .findFirst();
            MasterSession session = same.orElseGet(() -> new MasterSession(
                    known, server, config, environment.timers(), environment.random(), reports::incrementAndGet));
            after.add(session);
            if (same.isEmpty()) {
                fresh.add(session);
            }
        }
        // Changes are noted by the new sessions before their first reports are begun.
        sessions = List.copyOf(after);
        before.stream().filter(session -> !after.contains(session)).forEach(MasterSession::close);
        if (started) {
            fresh.forEach(MasterSession::start);
        }
    }

    /** How the server stands with what tells it its masters. */
    void registry(MasterConnection state) {
        registry = state;
    }

    /** Whether the server has no masters and will not be told of any. */
    boolean none() {
        return sessions.isEmpty() && registry == null;
    }

    /** Speaks to the masters from now on; again when the server's address has changed. */
    synchronized void start() {
        started = true;
        sessions.forEach(MasterSession::start);
    }

    /** Something has changed that masters should know at once. */
    void wake() {
        sessions.forEach(MasterSession::wake);
    }

    void changed(ChunkId chunk) {
        sessions.forEach(session -> session.changed(chunk));
    }

    List<MasterConnection> connections() {
        MasterConnection first = registry;
        return Stream.concat(Stream.ofNullable(first), sessions.stream().map(MasterSession::connection))
                .toList();
    }

    synchronized void close() {
        closed = true;
        sessions.forEach(MasterSession::close);
    }

    /**
     * Asks the masters in turn, those that know this server first; one that was replaced does not count, whatever it answers. Completes
     * exceptionally with the last failure when none answers.
     */
    CompletionStage<ChunkCopies> place(PlacementRequest request) {
        List<MasterSession> now = sessions;
        List<MasterSession> order = Stream.concat(
                        now.stream().filter(session -> session.connection().registered()),
                        now.stream().filter(session -> !session.connection().registered()))
                .toList();
        return ask(
                order,
                request,
                Failure.of(
                                registry == null ? ErrorCode.INVALID_ARGUMENT : ErrorCode.UNREACHABLE,
                                "this server has no master that could say where chunk " + request.chunk() + " goes")
                        .withHint("name the other servers of the chunk, or give the server a master"));
    }

    private CompletionStage<ChunkCopies> ask(List<MasterSession> masters, PlacementRequest request, Failure otherwise) {
        if (masters.isEmpty()) {
            return CompletableFuture.failedFuture(otherwise.toException());
        }
        return masters.get(0)
                .master()
                .place(request)
                .handle((copies, thrown) -> {
                    if (thrown == null && fence.admits(copies)) {
                        return CompletableFuture.<ChunkCopies>completedFuture(copies);
                    }
                    ChunkServerException failure =
                            thrown == null ? replaced(copies).toException() : ChunkServerException.from(thrown);
                    return NO_ANSWER.contains(failure.code())
                            ? ask(masters.subList(1, masters.size()), request, failure.failure())
                            : CompletableFuture.<ChunkCopies>failedFuture(failure);
                })
                .thenCompose(next -> next);
    }

    private static Failure replaced(ChunkCopies copies) {
        return Failure.of(
                        ErrorCode.NOT_LEADING,
                        "the master that says where chunk " + copies.chunk() + " goes led by epoch " + copies.epoch()
                                + ", and the leader of a newer one is known")
                .withHint("try again: the one that leads is asked as soon as it answers");
    }
}
