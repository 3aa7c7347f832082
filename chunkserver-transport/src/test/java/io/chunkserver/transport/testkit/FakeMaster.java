package io.chunkserver.transport.testkit;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.ChunkReport;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.Master;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A master that answers as its test says and remembers what it was told. Thread-safe. */
public final class FakeMaster implements Master {

    private final String name;
    private final List<Object> told = new CopyOnWriteArrayList<>();
    private final List<Member> holders = new CopyOnWriteArrayList<>();
    private final List<ListedChunk> chunks = new CopyOnWriteArrayList<>();
    private final List<MemberStatus> members = new CopyOnWriteArrayList<>();
    private volatile HeartbeatReply reply = HeartbeatReply.UNKNOWN;
    private volatile @Nullable Failure refusal;
    private final Deque<Failure> passing = new ConcurrentLinkedDeque<>();
    private volatile boolean silent;
    private volatile long epoch;
    private volatile @Nullable String counter;

    public FakeMaster(String name) {
        this.name = name;
    }

    /** Answers heartbeats with this from now on. */
    public void reply(HeartbeatReply next) {
        reply = next;
    }

    /** Names servers for a store in this epoch from now on; in none, as one that was not elected, before. */
    public void lead(long newEpoch) {
        epoch = newEpoch;
    }

    /** Names these servers for every chunk from now on. */
    public void holders(Member... all) {
        holders.clear();
        holders.addAll(List.of(all));
    }

    /** Lists these chunks from now on; they are in the order of their ids. */
    public void chunks(List<ListedChunk> all) {
        chunks.addAll(all);
    }

    /** Has these servers from now on. */
    public void members(List<MemberStatus> all) {
        members.addAll(all);
    }

    /** Refuses everything from now on; null for nothing. */
    public void refuse(@Nullable Failure why) {
        refusal = why;
    }

    /** Refuses the next so many questions. */
    public void refuseNext(int times, Failure why) {
        passing.addAll(Collections.nCopies(times, why));
    }

    /** How many of those are still to be refused. */
    public int toRefuse() {
        return passing.size();
    }

    /** Answers nothing from now on. */
    public void fallSilent() {
        silent = true;
    }

    /** All registrations, heartbeats, reports and requests that came, in their order. */
    public List<Object> told() {
        return List.copyOf(told);
    }

    /** Those that are of one kind. */
    public <T> List<T> told(Class<T> kind) {
        return told.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The thread on which it last counted what a server is needed for; null when it never did. */
    public @Nullable String counter() {
        return counter;
    }

    @Override
    public CompletionStage<Void> register(Registration registration) {
        told.add(registration);
        return answer(null);
    }

    @Override
    public CompletionStage<HeartbeatReply> heartbeat(Heartbeat heartbeat) {
        told.add(heartbeat);
        return answer(reply);
    }

    @Override
    public CompletionStage<Void> report(ChunkReport report) {
        told.add(report);
        return answer(null);
    }

    @Override
    public CompletionStage<ChunkCopies> place(PlacementRequest request) {
        told.add(request);
        return copies(request.chunk(), epoch);
    }

    @Override
    public CompletionStage<ChunkCopies> locate(ChunkId chunk, @Nullable Location near) {
        told.add(chunk);
        if (near != null) {
            told.add(near);
        }
        return copies(chunk, 0);
    }

    private CompletionStage<ChunkCopies> copies(ChunkId chunk, long inEpoch) {
        return holders.isEmpty()
                ? CompletableFuture.failedFuture(Failure.of(ErrorCode.CHUNK_NOT_FOUND, "nobody has chunk " + chunk)
                        .toException())
                : answer(new ChunkCopies(chunk, new ChunkVersion(7), holders, inEpoch));
    }

    @Override
    public CompletionStage<List<ListedChunk>> list(String pathPrefix, @Nullable ChunkId after, int limit) {
        List<ListedChunk> page = chunks.stream()
                .filter(listed -> listed.info().id().path().startsWith(pathPrefix))
                .filter(listed -> after == null || after.compareTo(listed.info().id()) < 0)
                .limit(limit)
                .toList();
        return answer(page);
    }

    /** As many as there are servers. */
    @Override
    public CompletionStage<Long> needed(ServerId server) {
        counter = Thread.currentThread().getName();
        return answer((long) members.size());
    }

    @Override
    public CompletionStage<ClusterStatus> status() {
        return answer(
                new ClusterStatus(name, Duration.ofSeconds(5), 3, new ArrayList<>(members), chunks.size(), 1, 2, 3));
    }

    private <T extends @Nullable Object> CompletionStage<T> answer(T value) {
        if (silent) {
            return new CompletableFuture<>();
        }
        Failure next = passing.poll();
        Failure why = next == null ? refusal : next;
        return why == null
                ? CompletableFuture.completedFuture(value)
                : CompletableFuture.failedFuture(why.toException());
    }
}
