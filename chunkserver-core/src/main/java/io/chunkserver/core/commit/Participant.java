package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.LogRecord.Removed;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.store.DamageFinding;
import io.chunkserver.core.store.StageKey;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server's part in transactions: stages what it is sent, promises, commits or aborts as it is told, and asks when it is
 * told nothing.
 *
 * <p><b>Promise.</b> A yes means that the bytes and the promise are durable here (in the asked mode). After a yes this server
 * never aborts by itself (guarantee A2).
 *
 * <p><b>Threads.</b> Safe for many threads; no method blocks. Each chunk has a lane, which does one thing at a time on the
 * environment's disk executor and owns the chunk's state; different chunks do not wait for each other.
 */
public final class Participant {

    private static final Logger LOG = LoggerFactory.getLogger(Participant.class);

    private final ServerId self;
    private final Storage storage;
    private final Environment environment;
    private final Admission admission;
    private final InDoubtInquiry inquiry;
    private final ConcurrentHashMap<ChunkId, ChunkLane> lanes = new ConcurrentHashMap<>();

    Participant(ServerId self, Storage storage, Environment environment, Admission admission, InDoubtInquiry inquiry) {
        this.self = self;
        this.storage = storage;
        this.environment = environment;
        this.admission = admission;
        this.inquiry = inquiry;
    }

    /** A participant that writes to the storage and asks its peers when it is in doubt. */
    public static Participant create(
            ServerId self,
            Storage storage,
            TransactionPeers peers,
            Environment environment,
            Admission admission,
            CommitConfig config) {
        return new Participant(
                self, storage, environment, admission, new InDoubtInquiry(self, peers, environment, config));
    }

    /** The server whose part this is. */
    public ServerId self() {
        return self;
    }

    public Storage storage() {
        return storage;
    }

    public Environment environment() {
        return environment;
    }

    /** Whether it takes new transactions. */
    public Admission admission() {
        return admission;
    }

    InDoubtInquiry inquiry() {
        return inquiry;
    }

    /** Begins to take part. Never throws: a refusal is a no in {@link PrepareStream#votes}, which may come at once. */
    public PrepareStream prepare(PrepareRequest request) {
        StagingStream stream = new StagingStream(this, request);
        admission
                .refusal(request.kind(), request.chunk(), request.maxLengthBytes())
                .or(() -> admission.placementRefusal(request.chunk(), request.placementEpoch()))
                .ifPresentOrElse(stream::refuse, stream::begin);
        return stream;
    }

    /** See {@link TransactionPeer#commit}. */
    public CompletionStage<CommitReply> commit(StageKey key, ChunkId chunk) {
        CompletableFuture<CommitReply> reply = new CompletableFuture<>();
        return run(chunk, lane -> lane.commit(key, reply)).thenCompose(begun -> reply);
    }

    /** See {@link TransactionPeer#abort}. */
    public CompletionStage<Void> abort(StageKey key, ChunkId chunk) {
        Failure why = Failure.of(ErrorCode.CANCELLED, "the coordinator aborted transaction " + key);
        return run(chunk, lane -> lane.abort(key, why));
    }

    /**
     * Has an operator settle a promise whose outcome nobody can tell, after all who may know were asked once more: where one of them tells
     * it, that counts. The other members are not told, but learn of a commit when they ask.
     *
     * @param commit  what the operator chose
     * @param timeout for the answers of the others, and for the disk
     * @return completes with true when the outcome is what the operator chose, and with false when this server is not in doubt about the
     *     transaction; exceptionally with {@code BUSY} when its coordinator has not decided yet, {@code SETTLED_OTHERWISE} when the outcome is
     *     another one, {@code TIMEOUT} when nothing was done, and {@code OUTCOME_UNKNOWN} when it may have been
     */
    public CompletionStage<Boolean> settleByHand(TransactionId transaction, boolean commit, Duration timeout) {
        return open().stream()
                .filter(summary -> summary.transaction().equals(transaction))
                .findFirst()
                .map(summary -> new HandSettlement(this, transaction, summary.chunk(), commit).run(timeout))
                .orElse(CompletableFuture.completedFuture(false));
    }

    /**
     * Completes when no decided transaction of this chunk is still to be made visible here: asks the coordinator, when a
     * promise without outcome is open. Completes exceptionally with {@code UNREACHABLE} when nobody can tell.
     */
    public CompletionStage<Void> settle(ChunkId chunk) {
        CompletableFuture<Void> settled = new CompletableFuture<>();
        return run(chunk, lane -> lane.settle(settled)).thenCompose(begun -> settled);
    }

    /**
     * Begins to take in a version that a peer has published; where it comes from is the caller's business.
     *
     * <p>Completes exceptionally when this server takes nothing new, when there is no space, and when the disk fails; nothing is left
     * behind then.
     *
     * @param attempt a number of this server's own, never given before
     */
    public CompletionStage<IncomingCopy> copy(ChunkInfo source, Attributes attributes, Attempt attempt) {
        return admission
                .refusal(
                        source.tombstone() ? Admission.Kind.DELETE : Admission.Kind.COPY,
                        source.id(),
                        source.lengthBytes())
                .<CompletionStage<IncomingCopy>>map(
                        why -> CompletableFuture.failedFuture(why.at(self).toException()))
                .orElseGet(() -> new IncomingCopy(this, source, attributes, attempt).begin());
    }

    /**
     * Takes a published version out of service if it still is this one and reading it finds damage. It stays committed: nothing older
     * takes its place, and a later store goes on from it (guarantee I2).
     *
     * @return what was found; empty when there was nothing to do; exceptionally when the disk failed
     */
    public CompletionStage<Optional<DamageFinding>> withdraw(ChunkInfo version) {
        return attempt(version.id(), lane -> lane.withdraw(version));
    }

    /** What waits for the disk on a chunk's lane. */
    private interface LaneWork<T> {
        T on(ChunkLane lane) throws IOException;
    }

    private <T> CompletionStage<T> attempt(ChunkId chunk, LaneWork<T> work) {
        CompletableFuture<T> done = new CompletableFuture<>();
        return run(chunk, lane -> {
                    try {
                        done.complete(work.on(lane));
                    } catch (IOException e) {
                        done.completeExceptionally(failures(chunk).of(e).toException(e));
                    }
                })
                .thenCompose(begun -> done);
    }

    /**
     * Removes the published version of a chunk without leaving a tombstone, if it still is this one and no transaction is open on it.
     * Whether others have it is the caller's to know.
     *
     * @param attempt a number of this server's own, never given before
     * @return whether it was removed; exceptionally when the disk failed
     */
    public CompletionStage<Boolean> remove(
            ChunkId chunk, ChunkVersion version, TransactionId transaction, Attempt attempt) {
        CompletableFuture<Boolean> removed = new CompletableFuture<>();
        return run(chunk, lane -> lane.remove(new Removed(transaction, attempt, chunk, version), removed))
                .thenCompose(begun -> removed);
    }

    /**
     * The published version, asked on the chunk's lane: whatever was begun on the chunk before is done, and what a copy brought is
     * durable.
     */
    public CompletionStage<Optional<ChunkInfo>> published(ChunkId chunk) {
        CompletableFuture<Optional<ChunkInfo>> published = new CompletableFuture<>();
        return run(chunk, lane -> published.complete(storage.store().stat(chunk)))
                .thenCompose(begun -> published);
    }

    /** The version that a store of the chunk goes on from: it is committed here, though its bytes may be missing. */
    public ChunkVersion committedVersion(ChunkId chunk) {
        return storage.store().committedVersion(chunk);
    }

    /** Whether somebody is at work on the chunk here, a transaction holds it, or it is claimed. */
    public boolean isAtWorkOn(ChunkId chunk) {
        return lanes.containsKey(chunk);
    }

    /** Whether this attempt holds the chunk here. */
    public boolean holds(StageKey key, ChunkId chunk) {
        return Optional.ofNullable(lanes.get(chunk))
                .map(ChunkLane::summary)
                .filter(summary -> summary.transaction().equals(key.transaction())
                        && summary.attempt().equals(key.attempt()))
                .isPresent();
    }

    /** Has {@link #isAtWorkOn} tell of this chunk until the claim is closed. */
    public ChunkClaim claim(ChunkId chunk) {
        enter(chunk);
        return new ChunkClaim(this, () -> leave(chunk));
    }

    /** Takes up a promise that was found in the log at start: holds the chunk and asks for the outcome. */
    public CompletionStage<Void> restore(Prepared prepared, Reservation reservation) {
        return run(prepared.chunk(), lane -> lane.restore(prepared, reservation));
    }

    /** Transactions of other coordinators, and this server's own while their bytes come in. */
    public List<TransactionSummary> open() {
        List<TransactionSummary> open = new ArrayList<>();
        lanes.values().stream().map(ChunkLane::summary).filter(Objects::nonNull).forEach(open::add);
        return open;
    }

    /**
     * Runs work on the chunk's lane. A lane lives while somebody uses it or a transaction holds the chunk.
     *
     * @return completes when the work has run; exceptionally only when it could not be run
     */
    CompletionStage<Void> run(ChunkId chunk, Consumer<ChunkLane> work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        ChunkLane lane = enter(chunk);
        try {
            lane.execute(() -> {
                try {
                    work.accept(lane);
                    done.complete(null);
                } catch (RuntimeException defect) {
                    LOG.error("work on chunk {} failed", chunk, defect);
                    done.completeExceptionally(ChunkServerException.from(defect));
                } finally {
                    leave(chunk);
                }
            });
        } catch (RejectedExecutionException closed) {
            leave(chunk);
            done.completeExceptionally(Failure.of(ErrorCode.DRAINING, "the server is closed")
                    .at(self)
                    .toException(closed));
        }
        return done;
    }

    /** What failures at this chunk mean to others. */
    MemberFailures failures(ChunkId chunk) {
        return new MemberFailures(self, chunk, admission);
    }

    private ChunkLane enter(ChunkId chunk) {
        return Objects.requireNonNull(lanes.compute(chunk, (id, known) -> {
            ChunkLane entered = known == null ? new ChunkLane(this, id) : known;
            entered.enter();
            return entered;
        }));
    }

    private void leave(ChunkId chunk) {
        lanes.computeIfPresent(chunk, (id, lane) -> lane.leave() ? null : lane);
    }
}
