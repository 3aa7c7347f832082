package io.chunkserver.core.commit;

import com.google.common.util.concurrent.MoreExecutors;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ParticipantState.Open;
import io.chunkserver.core.commit.ParticipantState.Phase;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.Reservation;
import io.chunkserver.core.store.DamageFinding;
import io.chunkserver.core.store.Publication;
import io.chunkserver.core.store.StageKey;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One chunk at one member: runs {@link ParticipantMachine} and does what it says.
 *
 * <p>Everything but {@link #summary}, {@link #enter} and {@link #leave} runs on the lane's own sequence of tasks, one at a
 * time, and may wait for the disk. Records are forced without waiting: their completion is a further task.
 */
final class ChunkLane {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkLane.class);

    private final Participant participant;
    private final ChunkId chunk;
    private final Executor sequence;
    private final MemberFailures failures;

    /** Tasks that are under way; changed only inside the participant's map operations, which are atomic per chunk. */
    private int users;

    private ParticipantState state;
    private @Nullable Hold hold;
    private @Nullable IncomingCopy adopting;
    private final ArrayDeque<ParticipantEvent> events = new ArrayDeque<>();
    private boolean handling;
    private final Map<StageKey, StagingStream> voters = new HashMap<>();
    private final CommitReplies replies = new CommitReplies();
    private volatile @Nullable TransactionSummary summary;

    ChunkLane(Participant participant, ChunkId chunk) {
        this.participant = participant;
        this.chunk = chunk;
        this.sequence =
                MoreExecutors.newSequentialExecutor(participant.environment().disk());
        this.failures = participant.failures(chunk);
        this.state = idle();
    }

    private ParticipantState idle() {
        return participant
                .storage()
                .store()
                .missing(chunk)
                .map(lacked ->
                        ParticipantState.idle(lacked.version(), lacked.epoch()).withoutBytes())
                .or(() -> published().map(info -> ParticipantState.idle(info.version(), info.epoch())))
                .orElse(ParticipantState.idle(ChunkVersion.NONE, 0));
    }

    void enter() {
        users++;
    }

    /** True when nobody uses the lane any more and nothing holds the chunk. */
    boolean leave() {
        users--;
        return users == 0 && summary == null;
    }

    void execute(Runnable task) {
        sequence.execute(task);
    }

    @Nullable
    TransactionSummary summary() {
        return summary;
    }

    /** Asks the machine; the stream hears the vote. */
    void prepare(StagingStream stream) {
        PrepareRequest request = stream.request();
        StageKey key = stream.key();
        if (voters.putIfAbsent(key, stream) != null) {
            stream.refuse(Failure.of(ErrorCode.BUSY, "attempt " + key + " is being prepared already")
                    .in(request.transaction()));
            return;
        }
        handle(new ParticipantEvent.Prepare(
                key,
                request.base(),
                request.epoch(),
                request.coordinatorLogId(),
                request.coordinator().id().equals(participant.self()),
                isCommitted(request.transaction())));
        hurryInquiry();
    }

    /** Somebody wants the chunk, which a promise may hold whose outcome is not known. */
    private void hurryInquiry() {
        Hold current = hold;
        if (current != null) {
            current.hurryInquiry();
        }
    }

    /** Of a version that came as a copy the log knows nothing. */
    private boolean isCommitted(TransactionId transaction) {
        return participant.storage().log().table().outcome(transaction).isPresent() || isPublished(transaction);
    }

    private boolean isPublished(TransactionId transaction) {
        return published()
                .filter(info -> info.transaction().equals(transaction))
                .isPresent();
    }

    private Optional<ChunkInfo> published() {
        return participant.storage().store().stat(chunk);
    }

    /** Takes a staged copy, or throws it away; it hears what became of it. */
    void adopt(IncomingCopy copy) {
        adopting = copy;
        try {
            ChunkInfo source = copy.source();
            Hold current = hold;
            handle(new ParticipantEvent.Adopt(
                    copy.key(),
                    source.version(),
                    source.epoch(),
                    isPublished(source.transaction()),
                    current != null && current.promises(source)));
            hurryInquiry();
        } finally {
            adopting = null;
        }
    }

    /**
     * Removes the published version, if it still is this one and no transaction is open. The log says so first: else a start would take
     * the version for lost. When the server dies in between the version stays, which does no harm.
     *
     * @param removed completes with whether it was removed
     */
    void remove(LogRecord.Removed removal, CompletableFuture<Boolean> removed) {
        if (!isRemovable(removal)) {
            removed.complete(false);
            return;
        }
        participant.storage().log().force(removal).whenComplete((done, failure) -> {
            if (failure != null) {
                removed.completeExceptionally(failures.ofLog(failure).toException());
                return;
            }
            participant.run(chunk, lane -> lane.removeNow(removal, removed)).whenComplete((ran, refused) -> {
                if (refused != null) {
                    removed.completeExceptionally(refused);
                }
            });
        });
    }

    private void removeNow(LogRecord.Removed removal, CompletableFuture<Boolean> removed) {
        try {
            removed.complete(isRemovable(removal) && delete(removal.version()));
        } catch (IOException e) {
            removed.completeExceptionally(failures.of(e).toException(e));
        }
    }

    private boolean isRemovable(LogRecord.Removed removal) {
        return state.open() == null
                && published()
                        .filter(info -> info.version().equals(removal.version())
                                && info.transaction().equals(removal.transaction()))
                        .isPresent();
    }

    private boolean delete(ChunkVersion version) throws IOException {
        long freedBytes = participant.storage().store().delete(chunk, version);
        participant.storage().space().release(freedBytes);
        state = ParticipantState.idle(ChunkVersion.NONE, 0);
        return true;
    }

    /**
     * Takes the published version out of service if it still is this one and is damaged. A transaction that is open goes on: it replaces
     * the version or leaves it as it is, committed and missing.
     */
    Optional<DamageFinding> withdraw(ChunkInfo version) throws IOException {
        Optional<DamageFinding> finding = participant.storage().store().withdraw(version);
        if (finding.isPresent()) {
            if (hold == null) {
                participant.storage().space().release(version.storedBytes());
            } else {
                hold.releaseReplaced(version.storedBytes());
            }
            state = state.withoutBytes();
        }
        return finding;
    }

    void write(StageKey key, CheckedBlock block) {
        Hold current = hold;
        if (current != null && state.holds(key, Phase.STAGING)) {
            try {
                current.write(block);
            } catch (IOException | RuntimeException e) {
                handle(new ParticipantEvent.StagingFailed(key, failures.of(e)));
            }
        }
    }

    void finish(PrepareRequest request, long lengthBytes, int crc32c) {
        StageKey key = new StageKey(request.transaction(), request.attempt());
        Hold current = hold;
        if (current != null && state.holds(key, Phase.STAGING)) {
            Optional<Failure> stale = participant.admission().placementRefusal(chunk, request.placementEpoch());
            if (stale.isPresent()) {
                handle(new ParticipantEvent.StagingFailed(key, stale.get()));
                return;
            }
            try {
                current.finish(lengthBytes, crc32c);
            } catch (IOException | RuntimeException e) {
                handle(new ParticipantEvent.StagingFailed(key, failures.of(e)));
                return;
            }
            handle(new ParticipantEvent.Staged(key));
        }
    }

    void commit(StageKey key, CompletableFuture<CommitReply> reply) {
        if (state.holds(key, Phase.FORCING_ABORTED) || isSettledByHand(key, false)) {
            LOG.error(
                    "transaction {} was aborted by hand here, and another server says that it is committed: chunk {} has no version by it on "
                            + "this server and ought to",
                    key,
                    chunk);
        }
        replies.await(key, reply);
        handle(new ParticipantEvent.Commit(key, isApplied(key)));
    }

    void abort(StageKey key, Failure why) {
        Hold current = hold;
        boolean committing = current != null
                && current.isSettledByHand()
                && state.holds(key, Phase.FORCING_COMMITTED, Phase.PUBLISHING);
        if (committing || isSettledByHand(key, true)) {
            LOG.error(
                    "transaction {} was committed by hand here, and its coordinator has aborted it: chunk {} has a version by it on this "
                            + "server and ought not to",
                    key,
                    chunk);
        }
        handle(new ParticipantEvent.Abort(key, why));
    }

    private boolean isSettledByHand(StageKey key, boolean committed) {
        return participant
                .storage()
                .log()
                .table()
                .settledByHand(key.transaction())
                .filter(settled -> settled.attempt().equals(key.attempt()) && settled.committed() == committed)
                .isPresent();
    }

    /** The attempt of this transaction that was promised and that another server decides, also while its outcome is being recorded. */
    Optional<Prepared> promise(TransactionId transaction) {
        Open open = state.open();
        Hold current = hold;
        return open != null
                        && current != null
                        && !open.local()
                        && open.phase() != Phase.STAGING
                        && open.phase() != Phase.FORCING_PREPARED
                        && open.key().transaction().equals(transaction)
                ? Optional.of(current.prepared())
                : Optional.empty();
    }

    /** Settles a promise whose outcome nobody can tell; does nothing if it is settled meanwhile. */
    void settleByHand(StageKey key, boolean commit) {
        handle(new ParticipantEvent.SettleByHand(key, commit));
    }

    /** Whether the outcome of this attempt is known and not yet durable and done. */
    boolean isRecording(StageKey key) {
        return state.holds(key, Phase.FORCING_ABORTED, Phase.FORCING_COMMITTED, Phase.PUBLISHING);
    }

    /** Completes when the outcome of this attempt that is being recorded is durable and done; at once where none is. */
    CompletionStage<CommitReply> recorded(StageKey key) {
        CompletableFuture<CommitReply> recorded = new CompletableFuture<>();
        if (isRecording(key)) {
            replies.await(key, recorded);
        } else {
            recorded.complete(CommitReply.NOT_PREPARED);
        }
        return recorded;
    }

    /** Whether an attempt of this transaction holds the chunk. */
    boolean holds(TransactionId transaction) {
        Open open = state.open();
        return open != null && open.key().transaction().equals(transaction);
    }

    /** Whether the attempt is remembered as committed and its version, or a later one, is here to be read. */
    boolean isApplied(StageKey key) {
        Optional<Outcome> outcome = participant.storage().log().table().outcome(key.transaction());
        return outcome.isPresent()
                && outcome.get().attempt().equals(key.attempt())
                && (outcome.get().tombstone()
                        || (!state.lacking() && !outcome.get().version().isNewerThan(state.version())));
    }

    void settle(CompletableFuture<Void> settled) {
        Open open = state.open();
        Hold current = hold;
        if (open == null
                || current == null
                || open.phase() == Phase.STAGING
                || open.phase() == Phase.FORCING_PREPARED) {
            settled.complete(null);
        } else if (open.phase() == Phase.PREPARED) {
            participant.inquiry().ask(current.prepared()).thenAccept(answer -> {
                switch (answer) {
                    case COMMIT -> pass(participant.commit(open.key(), chunk), settled);
                    case ABORT, PENDING -> settled.complete(null);
                    case DONT_KNOW ->
                        settled.completeExceptionally(Failure.of(
                                        ErrorCode.UNREACHABLE,
                                        "no server can tell whether transaction " + open.key() + " on chunk " + chunk
                                                + " is committed")
                                .withHint("read the committed version instead, or try again")
                                .in(open.key().transaction())
                                .toException());
                }
            });
        } else {
            CompletableFuture<CommitReply> reply = new CompletableFuture<>();
            pass(reply, settled);
            replies.await(open.key(), reply);
        }
    }

    void restore(Prepared prepared, Reservation reservation) {
        StageKey key = new StageKey(prepared.transaction(), prepared.attempt());
        state = state.with(new Open(
                key, prepared.base().next(), prepared.epoch(), prepared.coordinatorLogId(), false, Phase.PREPARED));
        hold = Hold.restored(prepared, reservation);
        awaitOutcome(hold);
        summarize();
    }

    /** Feeds the machine, and with what that leads to until all is quiet. */
    void handle(ParticipantEvent event) {
        events.add(event);
        if (handling) {
            return;
        }
        handling = true;
        try {
            for (ParticipantEvent next = events.poll(); next != null; next = events.poll()) {
                ParticipantMachine.Step step = ParticipantMachine.step(state, next);
                state = step.state();
                step.effects().forEach(this::perform);
            }
        } finally {
            handling = false;
            summarize();
        }
    }

    private void perform(ParticipantEffect effect) {
        StageKey key = effect.key();
        if (effect instanceof ParticipantEffect.Stage) {
            stage(key);
        } else if (effect instanceof ParticipantEffect.ForcePrepared) {
            force(
                    requireHold(key).prepared(),
                    () -> new ParticipantEvent.PreparedForced(key),
                    why -> handle(
                            MemberFailures.mayBeDurable(why)
                                    ? new ParticipantEvent.PreparedForceFailed(key, why)
                                    : new ParticipantEvent.PreparedRefused(key, why)));
        } else if (effect instanceof ParticipantEffect.VoteYes) {
            voteYes(key);
        } else if (effect instanceof ParticipantEffect.VoteNo no) {
            vote(key, Vote.no(participant.self(), no.why()));
        } else if (effect instanceof ParticipantEffect.ForceCommitted) {
            requireHold(key).stopInquiry();
            force(
                    new LogRecord.Committed(
                            key.transaction(),
                            key.attempt(),
                            participant.environment().clock().millis()),
                    () -> new ParticipantEvent.CommittedForced(key),
                    why -> replies.fail(key, why));
        } else if (effect instanceof ParticipantEffect.ForceSettledByHand settle) {
            Hold current = requireHold(key);
            current.stopInquiry();
            LOG.warn(
                    "transaction {} on chunk {} is being {} by hand: its outcome at other servers may be another one",
                    key,
                    chunk,
                    settle.commit() ? "committed" : "aborted");
            force(
                    current.settledByHand(
                            settle.commit(), participant.environment().clock().millis()),
                    () -> settle.commit()
                            ? new ParticipantEvent.CommittedForced(key)
                            : new ParticipantEvent.AbortedForced(key),
                    why -> replies.fail(key, why));
        } else if (effect instanceof ParticipantEffect.Publish) {
            publish(key);
        } else if (effect instanceof ParticipantEffect.AnswerCommit answer) {
            replies.complete(key, answer.reply());
        } else if (effect instanceof ParticipantEffect.AppendAborted) {
            participant.storage().log().append(new LogRecord.Aborted(key.transaction(), key.attempt()));
        } else if (effect instanceof ParticipantEffect.Discard) {
            discard(key);
        } else if (effect instanceof ParticipantEffect.PublishCopy copied) {
            publishCopy(copied);
        } else if (effect instanceof ParticipantEffect.DropCopy unneeded) {
            requireCopy().drop();
            requireCopy().taken(unneeded.why());
        } else if (effect instanceof ParticipantEffect.RefuseCopy unfit) {
            requireCopy().drop();
            requireCopy().refused(unfit.why());
        } else {
            throw new IllegalStateException("unhandled effect " + effect);
        }
    }

    private void stage(StageKey key) {
        StagingStream stream = voters.get(key);
        if (stream == null) {
            throw new IllegalStateException("attempt " + key + " is staged without a stream");
        }
        try {
            hold = Hold.begin(stream.request(), participant.storage());
        } catch (IOException | RuntimeException e) {
            events.add(new ParticipantEvent.StagingFailed(key, failures.of(e)));
        }
    }

    private void force(LogRecord record, Supplier<ParticipantEvent> forced, Consumer<Failure> failed) {
        participant
                .storage()
                .log()
                .force(record)
                .whenComplete((done, failure) -> participant.run(chunk, lane -> {
                    if (failure == null) {
                        handle(forced.get());
                    } else {
                        failed.accept(failures.ofLog(failure));
                    }
                }));
    }

    private void voteYes(StageKey key) {
        Hold current = requireHold(key);
        if (!Objects.requireNonNull(state.open()).local()) {
            awaitOutcome(current);
        }
        vote(key, Vote.yes(participant.self()));
    }

    private void vote(StageKey key, Vote vote) {
        StagingStream stream = voters.remove(key);
        if (stream != null) {
            stream.vote(vote);
        }
    }

    private void awaitOutcome(Hold current) {
        Prepared prepared = current.prepared();
        StageKey key = new StageKey(prepared.transaction(), prepared.attempt());
        current.inquiry(participant.inquiry().start(prepared, answer -> {
            if (answer == InquiryAnswer.COMMIT) {
                participant.commit(key, chunk);
            } else {
                participant.abort(key, chunk);
            }
        }));
    }

    private void publish(StageKey key) {
        Hold current = requireHold(key);
        try {
            Publication publication = participant.storage().store().publish(chunk, key);
            current.settle(publication.freedBytes());
            hold = null;
            events.add(new ParticipantEvent.Published(key));
        } catch (NoSuchFileException e) {
            LOG.error(
                    "transaction {} is committed but its staged file is gone: version {} of chunk {} is lost on this server",
                    key,
                    current.prepared().base().next(),
                    chunk);
            events.add(new ParticipantEvent.PublishLost(key));
        } catch (IOException e) {
            replies.fail(key, failures.of(e));
        }
    }

    /**
     * The folder is forced before anybody hears that the copy is here: no record in the log would bring it back, and somebody may be about
     * to remove another copy because of this one.
     */
    private void publishCopy(ParticipantEffect.PublishCopy effect) {
        IncomingCopy copy = requireCopy();
        try {
            copy.publish();
            events.add(new ParticipantEvent.Adopted(effect.key(), effect.version(), effect.epoch()));
            participant.storage().store().forcePublished();
            copy.taken(Adoption.PUBLISHED);
        } catch (IOException | RuntimeException e) {
            copy.drop();
            copy.refused(failures.of(e));
        }
    }

    private IncomingCopy requireCopy() {
        return Objects.requireNonNull(adopting, "no copy is offered");
    }

    /** The reservation is given back only when the bytes are off the disk. */
    private void discard(StageKey key) {
        Hold current = hold;
        hold = null;
        try {
            if (current != null) {
                current.close();
            }
            participant.storage().store().discard(chunk, key);
            if (current != null) {
                current.forfeit();
            }
        } catch (IOException e) {
            LOG.warn("staged file of transaction {} on chunk {} stays until the next start", key, chunk, e);
            failures.of(e);
        }
    }

    private Hold requireHold(StageKey key) {
        Hold current = hold;
        if (current == null || !current.key().equals(key)) {
            throw new IllegalStateException("attempt " + key + " does not hold chunk " + chunk);
        }
        return current;
    }

    private void summarize() {
        Open open = state.open();
        Hold current = hold;
        summary = open == null || current == null ? null : current.summary(open.phase());
    }

    private static void pass(CompletionStage<?> from, CompletableFuture<Void> to) {
        from.whenComplete((value, failure) -> {
            if (failure == null) {
                to.complete(null);
            } else {
                to.completeExceptionally(failure);
            }
        });
    }
}
