package io.chunkserver.core.testkit;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A master that answers as a test tells it, and remembers what it was told.
 *
 * <p>Unless told otherwise it takes every registration and report, knows every server, gives no orders, and knows no chunk. Safe for
 * many threads.
 */
public final class FakeMaster implements Master {

    private final List<Registration> registrations = new ArrayList<>();
    private final List<Heartbeat> heartbeats = new ArrayList<>();
    private final List<ChunkReport> reports = new ArrayList<>();
    private final List<PlacementRequest> placements = new ArrayList<>();
    private final Deque<Failure> registrationFailures = new ArrayDeque<>();
    private final Deque<Failure> heartbeatFailures = new ArrayDeque<>();
    private final Deque<Failure> reportFailures = new ArrayDeque<>();
    private final Deque<HeartbeatReply> replies = new ArrayDeque<>();
    private final Map<ChunkId, ChunkCopies> copies = new HashMap<>();
    private @Nullable Failure down;

    // What it shall do

    /** Answers nothing but this failure from now on; null ends it. */
    public synchronized void failWith(@Nullable Failure why) {
        down = why;
    }

    /** Refuses the next registration that was not refused yet by an earlier call. */
    public synchronized void failNextRegistration(Failure why) {
        registrationFailures.add(why);
    }

    public synchronized void failNextHeartbeat(Failure why) {
        heartbeatFailures.add(why);
    }

    public synchronized void failNextReport(Failure why) {
        reportFailures.add(why);
    }

    /** Answers a heartbeat so; those before it get the replies that were scripted before. */
    public synchronized void reply(HeartbeatReply reply) {
        replies.add(reply);
    }

    /** Gives these orders with the next heartbeat that has no scripted reply yet. */
    public void order(Order... orders) {
        reply(new HeartbeatReply(true, List.of(orders)));
    }

    /** Does not know the server at the next heartbeat that has no scripted reply yet. */
    public void forget() {
        reply(HeartbeatReply.UNKNOWN);
    }

    /** Names these servers when it is asked to place or to locate the chunk. */
    public synchronized void know(ChunkCopies known) {
        copies.put(known.chunk(), known);
    }

    // What it was told, in order

    public synchronized List<Registration> registrations() {
        return List.copyOf(registrations);
    }

    public synchronized List<Heartbeat> heartbeats() {
        return List.copyOf(heartbeats);
    }

    public synchronized List<ChunkReport> reports() {
        return List.copyOf(reports);
    }

    public synchronized List<PlacementRequest> placements() {
        return List.copyOf(placements);
    }

    @Override
    public synchronized CompletionStage<Void> register(Registration registration) {
        registrations.add(registration);
        return answer(registrationFailures.poll(), null);
    }

    @Override
    public synchronized CompletionStage<HeartbeatReply> heartbeat(Heartbeat heartbeat) {
        heartbeats.add(heartbeat);
        Failure failure = heartbeatFailures.poll();
        if (failure != null || down != null) {
            return answer(failure, HeartbeatReply.UNKNOWN);
        }
        HeartbeatReply scripted = replies.poll();
        return answer(null, scripted == null ? new HeartbeatReply(true, List.of()) : scripted);
    }

    @Override
    public synchronized CompletionStage<Void> report(ChunkReport report) {
        reports.add(report);
        return answer(reportFailures.poll(), null);
    }

    @Override
    public synchronized CompletionStage<ChunkCopies> place(PlacementRequest request) {
        placements.add(request);
        return known(request.chunk(), ErrorCode.TOO_FEW_SERVERS);
    }

    @Override
    public synchronized CompletionStage<ChunkCopies> locate(ChunkId chunk, @Nullable Location near) {
        return known(chunk, ErrorCode.CHUNK_NOT_FOUND);
    }

    private CompletionStage<ChunkCopies> known(ChunkId chunk, ErrorCode otherwise) {
        ChunkCopies known = copies.get(chunk);
        return answer(known == null ? Failure.of(otherwise, "chunk " + chunk + " is not scripted") : null, known);
    }

    /** Knows of no chunk: always the end of the list. */
    @Override
    public synchronized CompletionStage<List<ListedChunk>> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        return answer(null, List.of());
    }

    @Override
    public synchronized CompletionStage<Long> needed(ServerId server) {
        return answer(null, 0L);
    }

    @Override
    public synchronized CompletionStage<ClusterStatus> status() {
        return answer(null, new ClusterStatus("fake", Duration.ZERO, 1, List.of(), copies.size(), 0, 0, 0));
    }

    private <T> CompletionStage<T> answer(@Nullable Failure failure, @Nullable T answer) {
        Failure first = down != null ? down : failure;
        return first != null
                ? CompletableFuture.failedFuture(first.toException())
                : CompletableFuture.completedFuture(answer);
    }
}
