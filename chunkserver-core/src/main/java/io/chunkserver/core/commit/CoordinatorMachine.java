package io.chunkserver.core.commit;

import io.chunkserver.core.commit.CoordinatorState.Phase;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of a coordinator for one attempt of a transaction. Pure: no I/O, no threads, no clock.
 *
 * <p>Invariants, for every sequence of events:
 *
 * <ul>
 *   <li>The decision is forced only after every member of the chain has voted yes.
 *   <li>Nobody is told to commit, and no client is told committed, before {@link CoordinatorEvent.DecisionForced} (A1).
 *   <li>Nobody is told to abort, and no client is told aborted, while the decision may be on disk.
 *   <li>The client is answered at most once.
 *   <li>A decided transaction is delivered until every member has confirmed it or is known to have lost its promise.
 * </ul>
 */
final class CoordinatorMachine {

    /** What an event leads to. */
    record Step(CoordinatorState state, List<CoordinatorEffect> effects) {}

    private CoordinatorMachine() {}

    static Step step(CoordinatorState state, CoordinatorEvent event) {
        if (event instanceof CoordinatorEvent.Voted voted) {
            return voted(state, voted.votes());
        } else if (event instanceof CoordinatorEvent.GivenUp givenUp) {
            return givenUp(state, givenUp.why());
        } else if (event instanceof CoordinatorEvent.DecisionForced) {
            return decisionForced(state);
        } else if (event instanceof CoordinatorEvent.DecisionRefused refused) {
            return state.phase() == Phase.FORCING_DECISION ? abort(state, refused.why()) : unchanged(state);
        } else if (event instanceof CoordinatorEvent.DecisionForceFailed failed) {
            return decisionForceFailed(state, failed.why());
        } else if (event instanceof CoordinatorEvent.Confirmed confirmed) {
            return confirmed(state, confirmed);
        } else if (event instanceof CoordinatorEvent.ConfirmationsOverdue) {
            return state.phase() == Phase.DELIVERING ? tellCommitted(state, List.of()) : unchanged(state);
        } else if (event instanceof CoordinatorEvent.Resend) {
            return state.phase() == Phase.DELIVERING
                    ? new Step(state, List.of(new CoordinatorEffect.Deliver(state.unconfirmed())))
                    : unchanged(state);
        }
        throw new IllegalStateException("unhandled event " + event);
    }

    private static Step voted(CoordinatorState state, List<Vote> votes) {
        if (state.phase() != Phase.PREPARING) {
            return unchanged(state);
        }
        boolean complete =
                votes.stream().filter(Vote::isYes).map(Vote::member).distinct().count()
                        == state.unconfirmed().size();
        return complete
                ? new Step(state.in(Phase.FORCING_DECISION), List.of(new CoordinatorEffect.ForceDecision()))
                : abort(state, reason(votes));
    }

    /**
     * The no that says most: members that were merely stopped because of another's no say {@code CANCELLED}, and are not
     * to blame.
     */
    private static Failure reason(List<Vote> votes) {
        List<Failure> refusals =
                votes.stream().flatMap(vote -> vote.why().stream()).toList();
        return refusals.stream()
                .filter(why -> why.code() != ErrorCode.CANCELLED)
                .findFirst()
                .or(() -> refusals.stream().findFirst())
                .orElseGet(() -> Failure.of(ErrorCode.INTERNAL, "the votes of some members are missing"));
    }

    /** While the decision is being forced nobody can say what it will be; the client need not wait for a log that hangs (L2). */
    private static Step givenUp(CoordinatorState state, Failure why) {
        return switch (state.phase()) {
            case PREPARING -> abort(state, why);
            case FORCING_DECISION -> tell(state, List.of(), new CoordinatorEffect.TellUnknown(why));
            case UNDECIDED, DELIVERING, ENDED, ABORTED -> unchanged(state);
        };
    }

    private static Step abort(CoordinatorState state, Failure why) {
        return tell(
                state.in(Phase.ABORTED),
                List.of(new CoordinatorEffect.AbortMembers()),
                new CoordinatorEffect.TellAborted(why));
    }

    private static Step decisionForced(CoordinatorState state) {
        return state.phase() == Phase.FORCING_DECISION
                ? new Step(state.in(Phase.DELIVERING), List.of(new CoordinatorEffect.Deliver(state.unconfirmed())))
                : unchanged(state);
    }

    private static Step decisionForceFailed(CoordinatorState state, Failure why) {
        return state.phase() == Phase.FORCING_DECISION
                ? tell(state.in(Phase.UNDECIDED), List.of(), new CoordinatorEffect.TellUnknown(why))
                : unchanged(state);
    }

    private static Step confirmed(CoordinatorState state, CoordinatorEvent.Confirmed event) {
        if (state.phase() != Phase.DELIVERING || !state.unconfirmed().contains(event.member())) {
            return unchanged(state);
        }
        CoordinatorState next = state.without(event.member(), event.reply() == CommitReply.APPLIED);
        return next.phase() == Phase.ENDED
                ? tellCommitted(next, List.of(new CoordinatorEffect.AppendEnded()))
                : new Step(next, List.of());
    }

    private static Step tellCommitted(CoordinatorState state, List<CoordinatorEffect> first) {
        return tell(state, first, new CoordinatorEffect.TellCommitted(state.applied()));
    }

    /** Does these things, and answers the client if it has no answer yet. */
    private static Step tell(CoordinatorState state, List<CoordinatorEffect> first, CoordinatorEffect answer) {
        if (state.answered()) {
            return new Step(state, first);
        }
        List<CoordinatorEffect> effects = new ArrayList<>(first);
        effects.add(answer);
        return new Step(state.told(), effects);
    }

    private static Step unchanged(CoordinatorState state) {
        return new Step(state, List.of());
    }
}
