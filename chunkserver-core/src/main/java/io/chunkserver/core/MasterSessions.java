package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.MasterConnection;
import io.chunkserver.core.membership.MasterSession;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.ReportingServer;
import io.chunkserver.core.membership.SessionConfig;
import io.chunkserver.core.model.ChunkId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** A server's masters: one session with each, and the first that answers for questions. Thread-safe; nothing waits. */
final class MasterSessions {

    /** These say nothing about the question: another master may answer it. */
    private static final Set<ErrorCode> NO_ANSWER =
            EnumSet.of(ErrorCode.UNREACHABLE, ErrorCode.TIMEOUT, ErrorCode.PROTOCOL_ERROR);

    private final List<MasterSession> sessions;

    MasterSessions(List<KnownMaster> masters, ReportingServer server, SessionConfig config, Environment environment) {
        sessions = masters.stream()
                .map(known -> new MasterSession(known, server, config, environment.timers(), environment.random()))
                .toList();
    }

    boolean none() {
        return sessions.isEmpty();
    }

    /** Speaks to the masters from now on; again when the server's address has changed. */
    void start() {
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
        return sessions.stream().map(MasterSession::connection).toList();
    }

    void close() {
        sessions.forEach(MasterSession::close);
    }

    /** Asks the masters in turn, those that know this server first. Completes exceptionally with the last failure when none answers. */
    CompletionStage<ChunkCopies> place(PlacementRequest request) {
        List<MasterSession> order = Stream.concat(
                        sessions.stream().filter(session -> session.connection().registered()),
                        sessions.stream()
                                .filter(session -> !session.connection().registered()))
                .toList();
        return ask(
                order,
                request,
                Failure.of(
                                ErrorCode.INVALID_ARGUMENT,
                                "this server has no master that could say where chunk " + request.chunk() + " goes")
                        .withHint("name the other servers of the chunk, or give the server a master"));
    }

    private static CompletionStage<ChunkCopies> ask(
            List<MasterSession> masters, PlacementRequest request, Failure otherwise) {
        if (masters.isEmpty()) {
            return CompletableFuture.failedFuture(otherwise.toException());
        }
        return masters.get(0)
                .master()
                .place(request)
                .handle((copies, thrown) -> {
                    if (thrown == null) {
                        return CompletableFuture.<ChunkCopies>completedFuture(copies);
                    }
                    ChunkServerException failure = ChunkServerException.from(thrown);
                    return NO_ANSWER.contains(failure.code())
                            ? ask(masters.subList(1, masters.size()), request, failure.failure())
                            : CompletableFuture.<ChunkCopies>failedFuture(failure);
                })
                .thenCompose(next -> next);
    }
}
