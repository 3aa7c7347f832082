package io.chunkserver.core.commit;

import static java.util.Objects.requireNonNull;

import io.chunkserver.core.commit.ParticipantState.Open;
import io.chunkserver.core.commit.ParticipantState.Phase;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rules of a participant: what one member does for one chunk. Pure: no I/O, no threads, no clock.
 *
 * <p>Invariants, for every sequence of events:
 *
 * <ul>
 *   <li>At most one transaction holds the chunk.
 *   <li>A yes is given only after {@link ParticipantEvent.PreparedForced} (or, at the coordinator itself, after the bytes are
 *       staged: its promise is the decision record).
 *   <li>After a yes nothing but {@link ParticipantEvent.Commit} or {@link ParticipantEvent.Abort} for that attempt, a newer
 *       attempt out of the same coordinator's log, or an operator where nobody can tell the outcome, ends the hold (guarantee A2).
 *   <li>A commit is confirmed only after the committed record is durable and the version is visible.
 *   <li>A committed version whose bytes were damaged still counts: nothing is based on less, and no older copy takes its place (I2).
 *   <li>A copy never takes the place of a version that is as new and here, nor of a promise: it is published only where no transaction holds
 *       the chunk. But it proves that its transaction is committed, so a promise of the very same bytes is kept.
 *   <li>Every event may come twice, late, or for an attempt that is over: then it changes nothing (guarantee A3).
 * </ul>
 */
final class ParticipantMachine {

    /** What an event leads to. */
    record Step(ParticipantState state, List<ParticipantEffect> effects) {}

    private ParticipantMachine() {}

    static Step step(ParticipantState state, ParticipantEvent event) {
        if (event instanceof ParticipantEvent.Prepare prepare) {
            return prepare(state, prepare);
        } else if (event instanceof ParticipantEvent.Staged staged) {
            return staged(state, staged.key());
        } else if (event instanceof ParticipantEvent.StagingFailed failed) {
            return stagingFailed(state, failed.key(), failed.why());
        } else if (event instanceof ParticipantEvent.PreparedForced forced) {
            return preparedForced(state, forced.key());
        } else if (event instanceof ParticipantEvent.PreparedRefused refused) {
            return preparedRefused(state, refused.key(), refused.why());
        } else if (event instanceof ParticipantEvent.PreparedForceFailed failed) {
            return preparedForceFailed(state, failed);
        } else if (event instanceof ParticipantEvent.Commit commit) {
            return commit(state, commit);
        } else if (event instanceof ParticipantEvent.SettleByHand settle) {
            return settleByHand(state, settle);
        } else if (event instanceof ParticipantEvent.AbortedForced forced) {
            return abortedForced(state, forced.key());
        } else if (event instanceof ParticipantEvent.CommittedForced forced) {
            return committedForced(state, forced.key());
        } else if (event instanceof ParticipantEvent.Published published) {
            return published(state, published.key());
        } else if (event instanceof ParticipantEvent.PublishLost lost) {
            return publishLost(state, lost.key());
        } else if (event instanceof ParticipantEvent.Abort abort) {
            return abort(state, abort);
        } else if (event instanceof ParticipantEvent.Adopt adopt) {
            return adopt(state, adopt);
        } else if (event instanceof ParticipantEvent.Adopted adopted) {
            return adopted(state, adopted);
        }
        throw new AssertionError("unhandled event " + event);
    }

    private static Step prepare(ParticipantState state, ParticipantEvent.Prepare event) {
        StageKey key = event.key();
        if (event.remembered()) {
            return refuse(
                    state, key, ErrorCode.ALREADY_COMMITTED, "transaction " + key + " was committed here already");
        }
        Open open = state.open();
        if (open != null && !supersedes(event, open)) {
            Failure busy = Failure.of(ErrorCode.BUSY, "transaction " + open.key() + " is open on the chunk")
                    .in(open.key().transaction());
            return new Step(state, List.of(new ParticipantEffect.VoteNo(key, busy)));
        }
        if (event.epoch() < state.epoch()) {
            return refuse(
                    state,
                    key,
                    ErrorCode.STALE_EPOCH,
                    "epoch " + event.epoch() + " is older than the chunk's epoch " + state.epoch());
        }
        if (state.version().isNewerThan(event.base())) {
            return refuse(
                    state,
                    key,
                    ErrorCode.VERSION_CONFLICT,
                    "version " + state.version() + " is committed and the request is based on version " + event.base());
        }
        List<ParticipantEffect> effects = new ArrayList<>();
        if (open != null) {
            effects.addAll(undo(open));
            if (open.phase() == Phase.STAGING) {
                Failure why = Failure.of(ErrorCode.CANCELLED, "attempt " + key + " took the place of this one");
                effects.add(new ParticipantEffect.VoteNo(open.key(), why));
            }
        }
        effects.add(new ParticipantEffect.Stage(key));
        Open staging = new Open(
                key, event.base().next(), event.epoch(), event.coordinatorLogId(), event.local(), Phase.STAGING);
        return new Step(state.with(staging), effects);
    }

    /**
     * A coordinator starts a further attempt only after it has aborted the one before, so a newer attempt of the same
     * transaction stands for the abort that was lost. That holds only as long as it has the log in which it would have decided
     * the one before: a coordinator whose log was wiped, or another one that the client turned to, does not know whether that
     * was committed. While a record is being forced the newer attempt has to wait: what is on disk is not known yet.
     */
    private static boolean supersedes(ParticipantEvent.Prepare event, Open open) {
        StageKey key = event.key();
        return open.key().transaction().equals(key.transaction())
                && open.coordinatorLogId().equals(event.coordinatorLogId())
                && key.attempt().isNewerThan(open.key().attempt())
                && (open.phase() == Phase.STAGING || open.phase() == Phase.PREPARED);
    }

    private static Step staged(ParticipantState state, StageKey key) {
        if (!state.holds(key, Phase.STAGING)) {
            return unchanged(state);
        }
        Open open = requireNonNull(state.open());
        return open.local()
                ? new Step(state.with(open.in(Phase.PREPARED)), List.of(new ParticipantEffect.VoteYes(key)))
                : new Step(
                        state.with(open.in(Phase.FORCING_PREPARED)), List.of(new ParticipantEffect.ForcePrepared(key)));
    }

    /** Nothing was written, so nothing was promised. */
    private static Step preparedRefused(ParticipantState state, StageKey key, Failure why) {
        return state.holds(key, Phase.FORCING_PREPARED) ? giveUp(state, key, why) : unchanged(state);
    }

    private static Step stagingFailed(ParticipantState state, StageKey key, Failure why) {
        return state.holds(key, Phase.STAGING) ? giveUp(state, key, why) : unchanged(state);
    }

    private static Step giveUp(ParticipantState state, StageKey key, Failure why) {
        return new Step(
                state.with(null), List.of(new ParticipantEffect.Discard(key), new ParticipantEffect.VoteNo(key, why)));
    }

    private static Step preparedForced(ParticipantState state, StageKey key) {
        if (!state.holds(key, Phase.FORCING_PREPARED)) {
            return unchanged(state);
        }
        Open open = requireNonNull(state.open());
        return new Step(state.with(open.in(Phase.PREPARED)), List.of(new ParticipantEffect.VoteYes(key)));
    }

    /**
     * A no is safe although the record may be on disk: the coordinator aborts, and a restart that finds the record asks and
     * hears so. The staged file stays, and the chunk stays held, because the promise may be there.
     */
    private static Step preparedForceFailed(ParticipantState state, ParticipantEvent.PreparedForceFailed event) {
        if (!state.holds(event.key(), Phase.FORCING_PREPARED)) {
            return unchanged(state);
        }
        return new Step(state, List.of(new ParticipantEffect.VoteNo(event.key(), event.why())));
    }

    private static Step commit(ParticipantState state, ParticipantEvent.Commit event) {
        StageKey key = event.key();
        if (state.holds(key, Phase.PREPARED)) {
            Open open = requireNonNull(state.open());
            return open.local()
                    ? new Step(state.with(open.in(Phase.PUBLISHING)), List.of(new ParticipantEffect.Publish(key)))
                    : new Step(
                            state.with(open.in(Phase.FORCING_COMMITTED)),
                            List.of(new ParticipantEffect.ForceCommitted(key)));
        }
        if (state.holds(key, Phase.FORCING_ABORTED, Phase.FORCING_COMMITTED, Phase.PUBLISHING)) {
            return unchanged(state);
        }
        CommitReply reply = event.remembered() ? CommitReply.APPLIED : CommitReply.NOT_PREPARED;
        return new Step(state, List.of(new ParticipantEffect.AnswerCommit(key, reply)));
    }

    /** Of its own transactions a coordinator always knows the outcome. */
    private static Step settleByHand(ParticipantState state, ParticipantEvent.SettleByHand event) {
        if (!state.holds(event.key(), Phase.PREPARED)) {
            return unchanged(state);
        }
        Open open = requireNonNull(state.open());
        Phase next = event.commit() ? Phase.FORCING_COMMITTED : Phase.FORCING_ABORTED;
        return open.local()
                ? unchanged(state)
                : new Step(
                        state.with(open.in(next)),
                        List.of(new ParticipantEffect.ForceSettledByHand(event.key(), event.commit())));
    }

    /** Whoever told the attempt to commit meanwhile hears that it is not here any more. */
    private static Step abortedForced(ParticipantState state, StageKey key) {
        if (!state.holds(key, Phase.FORCING_ABORTED)) {
            return unchanged(state);
        }
        return new Step(
                state.with(null),
                List.of(
                        new ParticipantEffect.Discard(key),
                        new ParticipantEffect.AnswerCommit(key, CommitReply.NOT_PREPARED)));
    }

    private static Step committedForced(ParticipantState state, StageKey key) {
        if (!state.holds(key, Phase.FORCING_COMMITTED)) {
            return unchanged(state);
        }
        Open open = requireNonNull(state.open());
        return new Step(state.with(open.in(Phase.PUBLISHING)), List.of(new ParticipantEffect.Publish(key)));
    }

    private static Step published(ParticipantState state, StageKey key) {
        if (!state.holds(key, Phase.PUBLISHING)) {
            return unchanged(state);
        }
        Open open = requireNonNull(state.open());
        return new Step(
                ParticipantState.idle(open.newVersion(), open.newEpoch()),
                List.of(new ParticipantEffect.AnswerCommit(key, CommitReply.APPLIED)));
    }

    private static Step publishLost(ParticipantState state, StageKey key) {
        if (!state.holds(key, Phase.PUBLISHING)) {
            return unchanged(state);
        }
        return new Step(
                state.with(null),
                List.of(
                        new ParticipantEffect.Discard(key),
                        new ParticipantEffect.AnswerCommit(key, CommitReply.NOT_PREPARED)));
    }

    private static Step abort(ParticipantState state, ParticipantEvent.Abort event) {
        StageKey key = event.key();
        if (!state.holds(key, Phase.STAGING, Phase.FORCING_PREPARED, Phase.PREPARED)) {
            return unchanged(state);
        }
        Open open = requireNonNull(state.open());
        ParticipantEffect no = new ParticipantEffect.VoteNo(key, event.why());
        return new Step(state.with(null), open.phase() == Phase.PREPARED ? undo(open) : append(undo(open), no));
    }

    private static Step adopt(ParticipantState state, ParticipantEvent.Adopt event) {
        StageKey key = event.key();
        if (state.lacking() && state.version().isNewerThan(event.version())) {
            return new Step(state, List.of(new ParticipantEffect.RefuseCopy(key, older(state, event))));
        }
        if (!state.wants(event.version())) {
            boolean other = event.version().equals(state.version()) && !event.published();
            return other
                    ? new Step(state, List.of(new ParticipantEffect.RefuseCopy(key, conflict(event))))
                    : new Step(state, List.of(new ParticipantEffect.DropCopy(key, Adoption.HELD_ALREADY)));
        }
        Open open = state.open();
        if (open == null) {
            return new Step(state, List.of(new ParticipantEffect.PublishCopy(key, event.version(), event.epoch())));
        }
        if (event.promised() && open.phase() == Phase.PREPARED && !open.local()) {
            return new Step(
                    state.with(open.in(Phase.FORCING_COMMITTED)),
                    List.of(
                            new ParticipantEffect.DropCopy(key, Adoption.PROMISE_COMMITTED),
                            new ParticipantEffect.ForceCommitted(open.key())));
        }
        Failure busy = Failure.of(ErrorCode.BUSY, "transaction " + open.key() + " is open on the chunk")
                .in(open.key().transaction());
        return new Step(state, List.of(new ParticipantEffect.RefuseCopy(key, busy)));
    }

    private static Failure older(ParticipantState state, ParticipantEvent.Adopt event) {
        return Failure.of(
                ErrorCode.VERSION_CONFLICT,
                "version " + event.version() + " is older than version " + state.version()
                        + ", which is committed here and was damaged");
    }

    private static Failure conflict(ParticipantEvent.Adopt event) {
        return Failure.conflictingCopies(
                        "version " + event.version() + " is published here by another transaction than the copy's, "
                                + event.key().transaction())
                .in(event.key().transaction());
    }

    private static Step adopted(ParticipantState state, ParticipantEvent.Adopted event) {
        return state.open() == null
                ? new Step(
                        ParticipantState.idle(event.version(), event.epoch()),
                        List.of(new ParticipantEffect.DropCopy(event.key(), Adoption.PUBLISHED)))
                : unchanged(state);
    }

    /** The record goes first: a staged file without a record is rubbish, a record without its file is a question. */
    private static List<ParticipantEffect> undo(Open open) {
        StageKey key = open.key();
        ParticipantEffect discard = new ParticipantEffect.Discard(key);
        return open.phase() == Phase.STAGING || open.local()
                ? List.of(discard)
                : List.of(new ParticipantEffect.AppendAborted(key), discard);
    }

    private static Step refuse(ParticipantState state, StageKey key, ErrorCode code, String message) {
        return new Step(state, List.of(new ParticipantEffect.VoteNo(key, Failure.of(code, message))));
    }

    private static Step unchanged(ParticipantState state) {
        return new Step(state, List.of());
    }

    private static List<ParticipantEffect> append(List<ParticipantEffect> effects, ParticipantEffect last) {
        return Stream.concat(effects.stream(), Stream.of(last)).toList();
    }
}
