package io.chunkserver.core.commit;

import io.chunkserver.core.commit.CoordinatorState.Phase;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.TransactionTable;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Deliberately wrong rules. An exploration that misses one of them proves nothing about the right ones. */
enum ProtocolMutants {
    YES_BEFORE_THE_PROMISE_IS_DURABLE(new ProtocolRules() {
        @Override
        boolean waitsFor(LogRecord record) {
            return !(record instanceof Prepared);
        }
    }),
    COMMIT_SENT_BEFORE_THE_DECISION_IS_DURABLE(new ProtocolRules() {
        @Override
        boolean waitsFor(LogRecord record) {
            return !(record instanceof Decided);
        }
    }),
    COMMIT_CONFIRMED_BEFORE_IT_IS_DURABLE(new ProtocolRules() {
        @Override
        boolean waitsFor(LogRecord record) {
            return !(record instanceof Committed);
        }
    }),
    ABORT_ON_A_TIMEOUT_AFTER_YES(new ProtocolRules() {
        @Override
        boolean abortsOnTimeout() {
            return true;
        }
    }),
    ABORT_ANSWERED_OUT_OF_ANOTHER_LOG(new ProtocolRules() {
        @Override
        InquiryAnswer answer(@Nullable Phase open, boolean committed, boolean logged) {
            return super.answer(open, committed, true);
        }
    }),
    ABORT_ANSWERED_WHILE_THE_DECISION_IS_BEING_FORCED(new ProtocolRules() {
        @Override
        InquiryAnswer answer(@Nullable Phase open, boolean committed, boolean logged) {
            return super.answer(open == Phase.FORCING_DECISION ? null : open, committed, logged);
        }
    }),
    ABORT_ANSWERED_WHEN_THE_DECISION_MAY_BE_ON_DISK(new ProtocolRules() {
        @Override
        InquiryAnswer answer(@Nullable Phase open, boolean committed, boolean logged) {
            return super.answer(open == Phase.UNDECIDED ? Phase.ABORTED : open, committed, logged);
        }
    }),
    ABORT_TOLD_WHEN_THE_DECISION_MAY_BE_ON_DISK(new ProtocolRules() {
        @Override
        CoordinatorMachine.Step coordinator(CoordinatorState state, CoordinatorEvent event) {
            return super.coordinator(
                    state,
                    event instanceof CoordinatorEvent.DecisionForceFailed failed
                            ? new CoordinatorEvent.DecisionRefused(failed.why())
                            : event);
        }
    }),
    ATTEMPT_FORGOTTEN_IN_ABORTS(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            ParticipantState.Open open = state.open();
            boolean same =
                    open != null && open.key().transaction().equals(event.key().transaction());
            return super.participant(
                    state,
                    same && event instanceof ParticipantEvent.Abort abort
                            ? new ParticipantEvent.Abort(open.key(), abort.why())
                            : event);
        }
    }),
    ATTEMPT_FORGOTTEN_IN_VOTES(new ProtocolRules() {
        @Override
        boolean comparesAttempts() {
            return false;
        }
    }),
    BOOTS_NOT_COUNTED(new ProtocolRules() {
        @Override
        boolean countsBoots() {
            return false;
        }
    }),
    MAJORITY_TAKEN_FOR_ALL(new ProtocolRules() {
        @Override
        CoordinatorMachine.Step coordinator(CoordinatorState state, CoordinatorEvent event) {
            if (event instanceof CoordinatorEvent.Voted voted
                    && state.phase() == Phase.PREPARING
                    && voted.votes().stream().anyMatch(Vote::isYes)) {
                return new CoordinatorMachine.Step(
                        state.in(Phase.FORCING_DECISION), List.of(new CoordinatorEffect.ForceDecision()));
            }
            return super.coordinator(state, event);
        }
    }),
    CLIENT_TOLD_ABORTED_WHILE_DECIDING(new ProtocolRules() {
        @Override
        CoordinatorMachine.Step coordinator(CoordinatorState state, CoordinatorEvent event) {
            return event instanceof CoordinatorEvent.GivenUp && state.phase() == Phase.FORCING_DECISION
                    ? super.coordinator(state.in(Phase.PREPARING), event)
                    : super.coordinator(state, event);
        }
    }),
    PROMISE_GIVEN_UP_AT_A_RESTART(new ProtocolRules() {
        @Override
        RecoveryPlan.Fate fate(StageKey staged, RecoveryPlan plan) {
            RecoveryPlan.Fate fate = super.fate(staged, plan);
            return fate == RecoveryPlan.Fate.KEEP ? RecoveryPlan.Fate.DISCARD : fate;
        }
    }),
    COMMITTED_BYTES_REMOVED_AT_A_RESTART(new ProtocolRules() {
        @Override
        RecoveryPlan.Fate fate(StageKey staged, RecoveryPlan plan) {
            RecoveryPlan.Fate fate = super.fate(staged, plan);
            return fate == RecoveryPlan.Fate.PUBLISH ? RecoveryPlan.Fate.DISCARD : fate;
        }
    }),
    NOBODY_ASKS_AFTER_A_RESTART(new ProtocolRules() {
        @Override
        boolean asksAfterRestart() {
            return false;
        }
    }),
    RETRY_OF_A_COMMITTED_TRANSACTION_APPLIED_AGAIN(new ProtocolRules() {
        @Override
        boolean remembersOutcomes() {
            return false;
        }

        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            return super.participant(
                    state,
                    event instanceof ParticipantEvent.Prepare asked
                            ? new ParticipantEvent.Prepare(
                                    asked.key(),
                                    asked.base(),
                                    asked.epoch(),
                                    asked.coordinatorLogId(),
                                    asked.local(),
                                    false)
                            : event);
        }
    }),
    PROMISE_REPLACED_BY_A_NEWER_ATTEMPT_OF_ANOTHER_LOG(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            ParticipantState.Open open = state.open();
            if (event instanceof ParticipantEvent.Prepare asked && open != null) {
                return super.participant(state, inLog(asked, open.coordinatorLogId()));
            }
            return super.participant(state, event);
        }
    }),
    CHUNK_NOT_HELD_AFTER_YES(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            ParticipantState.Open open = state.open();
            if (event instanceof ParticipantEvent.Prepare
                    && open != null
                    && open.phase() == ParticipantState.Phase.PREPARED
                    && !open.key().transaction().equals(event.key().transaction())) {
                ParticipantMachine.Step step = super.participant(state.with(null), event);
                List<ParticipantEffect> effects = new ArrayList<>(step.effects());
                effects.add(0, new ParticipantEffect.Discard(open.key()));
                return new ParticipantMachine.Step(step.state(), effects);
            }
            return super.participant(state, event);
        }
    }),
    OLD_VERSION_PUT_OVER_A_NEWER_ONE(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            if (event instanceof ParticipantEvent.Prepare asked
                    && state.open() == null
                    && state.version().isNewerThan(asked.base())) {
                ParticipantMachine.Step step = super.participant(ParticipantState.idle(ChunkVersion.NONE, 0), event);
                return new ParticipantMachine.Step(state.with(step.state().open()), step.effects());
            }
            return super.participant(state, event);
        }
    }),
    RETRY_OF_A_COPIED_TRANSACTION_APPLIED_AGAIN(new ProtocolRules() {
        @Override
        boolean remembersCopies() {
            return false;
        }
    }),
    COPY_PUT_OVER_A_PROMISE(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            ParticipantState.Open open = state.open();
            if (event instanceof ParticipantEvent.Adopt && open != null) {
                ParticipantMachine.Step step = super.participant(state.with(null), event);
                List<ParticipantEffect> effects = new ArrayList<>(step.effects());
                effects.add(0, new ParticipantEffect.Discard(open.key()));
                return new ParticipantMachine.Step(step.state(), effects);
            }
            return super.participant(state, event);
        }
    }),
    COPY_PUT_OVER_A_NEWER_VERSION(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            return event instanceof ParticipantEvent.Adopt && state.open() == null
                    ? super.participant(ParticipantState.idle(ChunkVersion.NONE, 0), event)
                    : super.participant(state, event);
        }
    }),
    PROMISE_COMMITTED_BY_A_COPY_OF_OTHER_BYTES(new ProtocolRules() {
        @Override
        boolean isOf(StageKey promise, StageKey copy) {
            return promise.transaction().equals(copy.transaction());
        }
    }),
    PROMISE_KEPT_BESIDE_THE_COPY_THAT_CAME_AFTER_ITS_ABORT(new ProtocolRules() {
        @Override
        RecoveryPlan plan(TransactionTable table, ChunkVersion committed) {
            return super.plan(table, ChunkVersion.NONE);
        }
    }),
    STAGED_FILE_LEFT_BEHIND_BY_AN_ABORT(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            ParticipantMachine.Step step = super.participant(state, event);
            return new ParticipantMachine.Step(
                    step.state(),
                    step.effects().stream()
                            .filter(effect -> !(effect instanceof ParticipantEffect.Discard))
                            .toList());
        }
    }),
    CHUNK_HELD_AFTER_AN_ABORT(new ProtocolRules() {
        @Override
        ParticipantMachine.Step participant(ParticipantState state, ParticipantEvent event) {
            ParticipantMachine.Step step = super.participant(state, event);
            ParticipantState.Open open = state.open();
            boolean promised = open != null && open.phase() == ParticipantState.Phase.PREPARED;
            return event instanceof ParticipantEvent.Abort && promised
                    ? new ParticipantMachine.Step(
                            state.with(open.in(ParticipantState.Phase.PUBLISHING)), step.effects())
                    : step;
        }
    }),
    CLIENT_TOLD_COMMITTED_WHEN_ALL_HAVE_VOTED(new ProtocolRules() {
        @Override
        CoordinatorMachine.Step coordinator(CoordinatorState state, CoordinatorEvent event) {
            CoordinatorMachine.Step step = super.coordinator(state, event);
            if (!step.effects().contains(new CoordinatorEffect.ForceDecision())) {
                return step;
            }
            return new CoordinatorMachine.Step(
                    step.state().told(),
                    List.of(new CoordinatorEffect.ForceDecision(), new CoordinatorEffect.TellCommitted(Set.of())));
        }
    }),
    MEMBERS_NAMED_BEFORE_THEY_CONFIRM(new ProtocolRules() {
        @Override
        CoordinatorMachine.Step coordinator(CoordinatorState state, CoordinatorEvent event) {
            CoordinatorMachine.Step step = super.coordinator(state, event);
            Set<ServerId> all = new HashSet<>(state.unconfirmed());
            all.addAll(state.applied());
            return new CoordinatorMachine.Step(
                    step.state(),
                    step.effects().stream()
                            .map(effect -> effect instanceof CoordinatorEffect.TellCommitted
                                    ? new CoordinatorEffect.TellCommitted(all)
                                    : effect)
                            .toList());
        }
    }),
    CONFIRMATIONS_IGNORED(new ProtocolRules() {
        @Override
        CoordinatorMachine.Step coordinator(CoordinatorState state, CoordinatorEvent event) {
            return event instanceof CoordinatorEvent.Confirmed
                    ? new CoordinatorMachine.Step(state, List.of())
                    : super.coordinator(state, event);
        }
    });

    private static final String PROMISE_BROKEN = "does not hold its promise (A1, A2)";
    private static final String BYTES_LOST = "has no bytes of it (D1)";
    private static final String COMMITTED_TWICE = "shows what it committed already (A4)";
    private static final String WRONGLY_TOLD_ABORTED = "is aborted, and it is decided";

    private final ProtocolRules rules;

    ProtocolMutants(ProtocolRules rules) {
        this.rules = rules;
    }

    ProtocolRules rules() {
        return rules;
    }

    /** The invariant of {@link ProtocolInvariants#brokenIn} that the mutant breaks; empty when it does harm only for good. */
    Optional<String> breaks() {
        return switch (this) {
            case ABORT_ON_A_TIMEOUT_AFTER_YES,
                    ABORT_ANSWERED_WHILE_THE_DECISION_IS_BEING_FORCED,
                    ABORT_ANSWERED_WHEN_THE_DECISION_MAY_BE_ON_DISK,
                    ATTEMPT_FORGOTTEN_IN_ABORTS,
                    COMMITTED_BYTES_REMOVED_AT_A_RESTART,
                    CHUNK_NOT_HELD_AFTER_YES,
                    COPY_PUT_OVER_A_NEWER_VERSION -> Optional.of(BYTES_LOST);
            case ABORT_TOLD_WHEN_THE_DECISION_MAY_BE_ON_DISK, BOOTS_NOT_COUNTED, CLIENT_TOLD_ABORTED_WHILE_DECIDING ->
                Optional.of(WRONGLY_TOLD_ABORTED);
            case RETRY_OF_A_COMMITTED_TRANSACTION_APPLIED_AGAIN,
                    RETRY_OF_A_COPIED_TRANSACTION_APPLIED_AGAIN,
                    PROMISE_KEPT_BESIDE_THE_COPY_THAT_CAME_AFTER_ITS_ABORT -> Optional.of(COMMITTED_TWICE);
            case OLD_VERSION_PUT_OVER_A_NEWER_ONE -> Optional.of("a version is committed twice");
            case PROMISE_COMMITTED_BY_A_COPY_OF_OTHER_BYTES -> Optional.of("and nobody decided it (A1)");
            case STAGED_FILE_LEFT_BEHIND_BY_AN_ABORT -> Optional.of("that no transaction holds (S3)");
            case CLIENT_TOLD_COMMITTED_WHEN_ALL_HAVE_VOTED -> Optional.of("is committed, and nobody decided it");
            case MEMBERS_NAMED_BEFORE_THEY_CONFIRM -> Optional.of("and its log does not say so");
            case NOBODY_ASKS_AFTER_A_RESTART, CHUNK_HELD_AFTER_AN_ABORT, CONFIRMATIONS_IGNORED -> Optional.empty();
            default -> Optional.of(PROMISE_BROKEN);
        };
    }

    /** What is left over for good where the mutant breaks nothing before. */
    String leavesOver() {
        return switch (this) {
            case NOBODY_ASKS_AFTER_A_RESTART -> "stays in doubt about";
            case CHUNK_HELD_AFTER_AN_ABORT -> "holds the chunk for nothing";
            case CONFIRMATIONS_IGNORED -> "does not get rid of";
            default -> throw new IllegalStateException(this + " breaks " + breaks());
        };
    }

    /** The smallest surroundings in which the mutant does harm. */
    ProtocolBounds bounds() {
        return switch (this) {
            case ABORT_ANSWERED_OUT_OF_ANOTHER_LOG ->
                ProtocolBounds.of(2).restarts(1).wipes(1);
            case PROMISE_REPLACED_BY_A_NEWER_ATTEMPT_OF_ANOTHER_LOG ->
                ProtocolBounds.of(2).attempts(2).restarts(1).wipes(1);
            case ABORT_ANSWERED_WHEN_THE_DECISION_MAY_BE_ON_DISK, ABORT_TOLD_WHEN_THE_DECISION_MAY_BE_ON_DISK ->
                ProtocolBounds.of(2).restarts(1).diskFailures(1);
            case ATTEMPT_FORGOTTEN_IN_ABORTS,
                    ATTEMPT_FORGOTTEN_IN_VOTES,
                    RETRY_OF_A_COMMITTED_TRANSACTION_APPLIED_AGAIN ->
                ProtocolBounds.of(2).attempts(2);
            case BOOTS_NOT_COUNTED -> ProtocolBounds.of(2).attempts(2).restarts(1);
            case CHUNK_HELD_AFTER_AN_ABORT -> ProtocolBounds.of(2);
            case CHUNK_NOT_HELD_AFTER_YES -> ProtocolBounds.of(2).another(ProtocolBounds.A);
            case OLD_VERSION_PUT_OVER_A_NEWER_ONE ->
                ProtocolBounds.of(2).another(ProtocolBounds.A).restarts(1).wipes(1);
            case COPY_PUT_OVER_A_PROMISE -> ProtocolBounds.of(2).withCopies();
            case COPY_PUT_OVER_A_NEWER_VERSION ->
                ProtocolBounds.of(2).another(ProtocolBounds.A).withCopies();
            case RETRY_OF_A_COPIED_TRANSACTION_APPLIED_AGAIN, PROMISE_COMMITTED_BY_A_COPY_OF_OTHER_BYTES ->
                ProtocolBounds.of(2).attempts(2).restarts(1).wipes(1).withCopies();
            case PROMISE_KEPT_BESIDE_THE_COPY_THAT_CAME_AFTER_ITS_ABORT ->
                ProtocolBounds.of(2).attempts(2).restarts(2).wipes(1).withCopies();
            default -> ProtocolBounds.of(2).restarts(1);
        };
    }

    private static ParticipantEvent.Prepare inLog(ParticipantEvent.Prepare asked, UUID log) {
        return new ParticipantEvent.Prepare(
                asked.key(), asked.base(), asked.epoch(), log, asked.local(), asked.remembered());
    }
}
