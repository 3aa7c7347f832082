package io.chunkserver.core.commit;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.google.common.util.concurrent.MoreExecutors;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CoordinatorState.Phase;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.retry.Backoff;
import io.chunkserver.core.store.StageKey;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One transaction at its coordinator: runs {@link CoordinatorMachine} and does what it says.
 *
 * <p>Events are handled one at a time, in the order of their arrival, on whichever thread brings them; nothing that an event
 * leads to waits.
 */
final class CoordinatedTransaction implements ChunkWriter {

    private static final Logger LOG = LoggerFactory.getLogger(CoordinatedTransaction.class);

    private final ChainCoordinator coordinator;
    private final Executor sequence = MoreExecutors.newSequentialExecutor(MoreExecutors.directExecutor());
    private final CompletableFuture<Receipt> receipt = new CompletableFuture<>();
    private final Backoff backoff;
    private final List<Member> chain;

    /** What the log will say, or says, of the decision; length and checksum are right once all bytes came. */
    private volatile Decided decision;

    /** Changed on the sequence only. */
    private volatile CoordinatorState state;

    private @Nullable StoreRequest asked;
    private @Nullable PrepareRequest request;
    private @Nullable PrepareStream stream;
    private @Nullable Future<?> deadline;
    private @Nullable Future<?> overdue;
    private @Nullable Future<?> resend;

    CoordinatedTransaction(ChainCoordinator coordinator, StoreRequest asked, PrepareRequest request) {
        this(coordinator, decision(request, 0, 0, 0), CoordinatorState.preparing(ids(request.chain())));
        this.asked = asked;
        this.request = request;
    }

    private CoordinatedTransaction(ChainCoordinator coordinator, Decided decision, CoordinatorState state) {
        this.coordinator = coordinator;
        this.decision = decision;
        this.chain = decision.chain();
        this.state = state;
        this.backoff = new Backoff(
                coordinator.config().inquiryDelay(),
                coordinator.config().maxInquiryDelay(),
                coordinator.participant().environment().random());
    }

    /** A decision from before a restart, which still has to be delivered. */
    static CoordinatedTransaction restored(ChainCoordinator coordinator, Decided decided) {
        return new CoordinatedTransaction(coordinator, decided, CoordinatorState.decided(ids(decided.chain())));
    }

    TransactionId id() {
        return decision.transaction();
    }

    Attempt attempt() {
        return decision.attempt();
    }

    /** Opens the way to all members. */
    void begin(PreparePath path) {
        PrepareStream opened = path.push(requireNonNull(request));
        stream = opened;
        deadline =
                coordinator.schedule(() -> handle(late()), requireNonNull(asked).timeout());
        opened.votes().thenAccept(votes -> handle(counted(votes)));
    }

    private CoordinatorEvent late() {
        return new CoordinatorEvent.GivenUp(Failure.of(
                        ErrorCode.TIMEOUT,
                        "chunk " + decision.chunk() + " was not prepared and decided within "
                                + requireNonNull(asked).timeout().toMillis() + " ms")
                .at(coordinator.participant().self()));
    }

    /**
     * All may have promised before they heard of a master's replacement, which is known here meanwhile. And a process that stood still finds
     * the votes before it comes to its timers.
     */
    private CoordinatorEvent counted(List<Vote> votes) {
        if (deadline instanceof ScheduledFuture<?> timer && timer.getDelay(NANOSECONDS) < 0) {
            return late();
        }
        return coordinator
                .participant()
                .admission()
                .placementRefusal(decision.chunk(), requireNonNull(asked).placementEpoch())
                .<CoordinatorEvent>map(why -> new CoordinatorEvent.GivenUp(
                        why.at(coordinator.participant().self())))
                .orElseGet(() -> new CoordinatorEvent.Voted(votes));
    }

    void resend() {
        handle(new CoordinatorEvent.Resend());
    }

    @Override
    public CompletionStage<Void> write(CheckedBlock block) {
        return receipt.isDone()
                ? CompletableFuture.completedFuture(null)
                : requireStream().write(block);
    }

    @Override
    public void finish(long lengthBytes, int crc32c) {
        decision = decision(
                requireNonNull(request),
                lengthBytes,
                crc32c,
                coordinator.participant().environment().clock().millis());
        requireStream().finish(lengthBytes, crc32c);
    }

    @Override
    public CompletionStage<Receipt> receipt() {
        return receipt;
    }

    @Override
    public void cancel(Failure why) {
        handle(new CoordinatorEvent.GivenUp(why));
    }

    /** Answers the client now, whatever is known: nobody else will. */
    void end(Failure why) {
        handle(new CoordinatorEvent.GivenUp(why));
        handle(new CoordinatorEvent.ConfirmationsOverdue());
    }

    /** How far the attempt is. */
    Phase phase() {
        return state.phase();
    }

    TransactionSummary summary() {
        CoordinatorState now = state;
        TransactionState shown = switch (now.phase()) {
            case PREPARING, FORCING_DECISION -> TransactionState.PREPARING;
            case UNDECIDED -> TransactionState.PREPARED;
            case DELIVERING -> TransactionState.COMMITTING;
            case ENDED -> TransactionState.COMMITTED;
            case ABORTED -> TransactionState.ABORTED;
        };
        return new TransactionSummary(
                id(),
                attempt(),
                decision.chunk(),
                decision.version(),
                decision.tombstone(),
                shown,
                chain,
                now.phase() == Phase.DELIVERING
                        ? now.unconfirmed().stream().sorted().toList()
                        : List.of(),
                false);
    }

    private void handle(CoordinatorEvent event) {
        sequence.execute(() -> {
            CoordinatorMachine.Step step = CoordinatorMachine.step(state, event);
            state = step.state();
            boolean over = state.phase() == Phase.ENDED || state.phase() == Phase.ABORTED;
            if (over) {
                // Before the client is told: it may try again at once, and is not to hear that its first try is not
                // over.
                coordinator.forget(this);
            }
            step.effects().forEach(this::perform);
            if (over) {
                stop(deadline);
                stop(overdue);
                stop(resend);
            }
        });
    }

    private void perform(CoordinatorEffect effect) {
        if (effect instanceof CoordinatorEffect.ForceDecision) {
            forceDecision();
        } else if (effect instanceof CoordinatorEffect.Deliver deliver) {
            deliver(deliver.members());
        } else if (effect instanceof CoordinatorEffect.AbortMembers) {
            abortMembers();
        } else if (effect instanceof CoordinatorEffect.TellCommitted told) {
            receipt.complete(receipt(told.applied()));
        } else if (effect instanceof CoordinatorEffect.TellAborted told) {
            LOG.info(
                    "transaction {} on chunk {} is aborted: {}",
                    id(),
                    decision.chunk(),
                    told.why().describe());
            receipt.completeExceptionally(blame(told.why()).in(id()).toException());
        } else if (effect instanceof CoordinatorEffect.TellUnknown told) {
            receipt.completeExceptionally(unknown(told.why()).toException());
        } else if (effect instanceof CoordinatorEffect.AppendEnded) {
            coordinator.participant().storage().log().append(new LogRecord.Ended(id(), attempt()));
        } else {
            throw new IllegalStateException("unhandled effect " + effect);
        }
    }

    private void forceDecision() {
        coordinator.participant().storage().log().force(decision).whenComplete((done, failure) -> {
            if (failure == null) {
                overdue = coordinator.schedule(
                        () -> handle(new CoordinatorEvent.ConfirmationsOverdue()),
                        coordinator.config().confirmationTimeout());
                handle(new CoordinatorEvent.DecisionForced());
            } else {
                decisionFailed(ChunkServerException.from(failure).failure());
            }
        });
    }

    private void decisionFailed(Failure why) {
        if (MemberFailures.mayBeDurable(why)) {
            coordinator.participant().admission().close(why);
            handle(new CoordinatorEvent.DecisionForceFailed(why));
        } else {
            handle(new CoordinatorEvent.DecisionRefused(why));
        }
    }

    private void deliver(Set<ServerId> members) {
        chain.stream().filter(member -> members.contains(member.id())).forEach(this::deliver);
        stop(resend);
        resend = coordinator.schedule(this::resend, backoff.next());
    }

    private void deliver(Member member) {
        Participant local = coordinator.participant();
        CompletionStage<CommitReply> reply = member.id().equals(local.self())
                ? local.commit(key(), decision.chunk())
                : coordinator.peers().peer(member).commit(id(), attempt(), decision.chunk());
        reply.whenComplete((answer, failure) -> {
            if (failure == null) {
                if (answer == CommitReply.NOT_PREPARED) {
                    LOG.warn(
                            "transaction {} is committed but server {} has lost its copy of chunk {} version {}",
                            id(),
                            member.id(),
                            decision.chunk(),
                            decision.version());
                }
                handle(new CoordinatorEvent.Confirmed(member.id(), answer));
            } else {
                LOG.debug("{} does not confirm transaction {}: {}", member, id(), failure.toString());
            }
        });
    }

    /** Best effort: whoever does not hear it asks, and is told so. */
    private void abortMembers() {
        if (stream != null) {
            stream.cancel(Failure.of(ErrorCode.CANCELLED, "the coordinator aborted transaction " + id()));
        }
        Participant local = coordinator.participant();
        for (Member member : chain) {
            CompletionStage<Void> told = member.id().equals(local.self())
                    ? local.abort(key(), decision.chunk())
                    : coordinator.peers().peer(member).abort(id(), attempt(), decision.chunk());
            told.exceptionally(failure -> {
                LOG.debug("{} did not hear the abort of transaction {}: {}", member, id(), failure.toString());
                return null;
            });
        }
    }

    /**
     * A store that replaces whatever is there cannot be in conflict with its own primary: another transaction was faster, and
     * trying again helps.
     */
    private Failure blame(Failure why) {
        boolean raced = why.code() == ErrorCode.VERSION_CONFLICT
                && requireNonNull(asked).base().isEmpty()
                && why.server().filter(coordinator.participant().self()::equals).isPresent();
        return raced
                ? Failure.of(ErrorCode.BUSY, "another transaction on chunk " + decision.chunk() + " was faster")
                        .at(coordinator.participant().self())
                : why;
    }

    private StageKey key() {
        return new StageKey(id(), attempt());
    }

    private Receipt receipt(Set<ServerId> applied) {
        return new Receipt(
                id(),
                decision.chunk(),
                decision.version(),
                decision.lengthBytes(),
                decision.crc32c(),
                decision.durability(),
                chain.size(),
                chain.stream().map(Member::id).filter(applied::contains).toList());
    }

    private Failure unknown(Failure why) {
        boolean untilRestart = MemberFailures.mayBeDurable(why);
        return Failure.of(
                        ErrorCode.OUTCOME_UNKNOWN,
                        "whether chunk " + decision.chunk() + " is committed was being decided and is not known: "
                                + why.message())
                .withHint((untilRestart ? "after a restart of the server " : "") + "ask for transaction " + id()
                        + ", or retry with the same id")
                .at(coordinator.participant().self())
                .in(id());
    }

    private PrepareStream requireStream() {
        return requireNonNull(stream, "transaction was decided before the restart");
    }

    private static Set<ServerId> ids(List<Member> chain) {
        return chain.stream().map(Member::id).collect(Collectors.toUnmodifiableSet());
    }

    private static Decided decision(PrepareRequest request, long lengthBytes, int crc32c, long atMillis) {
        return new Decided(
                request.transaction(),
                request.attempt(),
                request.chunk(),
                request.version(),
                request.tombstone(),
                request.durability(),
                lengthBytes,
                crc32c,
                request.chain(),
                atMillis);
    }

    private static void stop(@Nullable Future<?> timer) {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
