package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.CoordinatorState.Phase;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The rules of a coordinator, one by one. */
class CoordinatorMachineTest {

    private static final ServerId A = new ServerId("a");
    private static final ServerId B = new ServerId("b");
    private static final ServerId C = new ServerId("c");
    private static final Set<ServerId> ALL = Set.of(A, B, C);
    private static final List<Vote> ALL_YES = List.of(Vote.yes(A), Vote.yes(B), Vote.yes(C));
    private static final Failure WHY = Failure.of(ErrorCode.TIMEOUT, "test");

    private CoordinatorState state = CoordinatorState.preparing(ALL);
    private final List<CoordinatorEffect> effects = new ArrayList<>();

    @Test
    void aCommitIsForcedThenDeliveredThenToldThenEnded() {
        on(new CoordinatorEvent.Voted(ALL_YES));
        expect(new CoordinatorEffect.ForceDecision());
        on(new CoordinatorEvent.DecisionForced());
        expect(new CoordinatorEffect.Deliver(ALL));
        on(new CoordinatorEvent.Confirmed(A, CommitReply.APPLIED));
        on(new CoordinatorEvent.Confirmed(C, CommitReply.APPLIED));
        expect();
        on(new CoordinatorEvent.Confirmed(B, CommitReply.APPLIED));
        expect(new CoordinatorEffect.AppendEnded(), new CoordinatorEffect.TellCommitted(ALL));
        assertThat(state.phase()).isEqualTo(Phase.ENDED);
    }

    @Test
    void aSingleNoAborts() {
        Failure full = Failure.insufficientSpace(10, 5);
        on(new CoordinatorEvent.Voted(List.of(Vote.yes(A), Vote.yes(B), Vote.no(C, full))));
        expect(new CoordinatorEffect.AbortMembers(), new CoordinatorEffect.TellAborted(full.at(C)));
        assertThat(state.phase()).isEqualTo(Phase.ABORTED);
    }

    @Test
    void theCulpritIsBlamedAndNotThoseWhoWereStoppedForIt() {
        Failure stopped = Failure.of(ErrorCode.CANCELLED, "stopped");
        Failure full = Failure.insufficientSpace(10, 5);
        on(new CoordinatorEvent.Voted(List.of(Vote.no(A, stopped), Vote.no(B, stopped), Vote.no(C, full))));
        assertThat(effects).contains(new CoordinatorEffect.TellAborted(full.at(C)));
    }

    @Test
    void missingOrRepeatedVotesAreNoYes() {
        on(new CoordinatorEvent.Voted(List.of(Vote.yes(A), Vote.yes(B), Vote.yes(B))));
        assertThat(state.phase()).isEqualTo(Phase.ABORTED);
    }

    @Test
    void aClientAlwaysHearsWhyItsTransactionWasAborted() {
        Failure stopped = Failure.of(ErrorCode.CANCELLED, "stopped");
        on(new CoordinatorEvent.Voted(List.of(Vote.yes(A), Vote.yes(B), Vote.no(C, stopped))));
        expect(new CoordinatorEffect.AbortMembers(), new CoordinatorEffect.TellAborted(stopped.at(C)));

        state = CoordinatorState.preparing(ALL);
        on(new CoordinatorEvent.Voted(List.of(Vote.yes(A), Vote.yes(B))));
        expect(
                new CoordinatorEffect.AbortMembers(),
                new CoordinatorEffect.TellAborted(
                        Failure.of(ErrorCode.INTERNAL, "the votes of some members are missing")));
    }

    @Test
    void givingUpAbortsOnlyBeforeTheDecisionMayBeOnDisk() {
        on(new CoordinatorEvent.GivenUp(WHY));
        expect(new CoordinatorEffect.AbortMembers(), new CoordinatorEffect.TellAborted(WHY));
        state = CoordinatorState.preparing(ALL);
        on(new CoordinatorEvent.Voted(ALL_YES));
        effects.clear();
        on(new CoordinatorEvent.GivenUp(WHY));
        on(new CoordinatorEvent.Voted(List.of(Vote.no(A, WHY))));
        expect(new CoordinatorEffect.TellUnknown(WHY));
        assertThat(state.phase()).isEqualTo(Phase.FORCING_DECISION);
    }

    @Test
    void aClientThatGaveUpWhileTheDecisionWasForcedHearsNothingMore() {
        on(new CoordinatorEvent.Voted(ALL_YES));
        on(new CoordinatorEvent.GivenUp(WHY));
        CoordinatorState givenUp = state;
        effects.clear();
        on(new CoordinatorEvent.GivenUp(WHY));
        expect();
        on(new CoordinatorEvent.DecisionForced());
        expect(new CoordinatorEffect.Deliver(ALL));
        on(new CoordinatorEvent.ConfirmationsOverdue());
        expect();

        state = givenUp;
        on(new CoordinatorEvent.DecisionRefused(WHY));
        expect(new CoordinatorEffect.AbortMembers());

        state = givenUp;
        on(new CoordinatorEvent.DecisionForceFailed(WHY));
        expect();
        assertThat(state.phase()).isEqualTo(Phase.UNDECIDED);
    }

    @Test
    void aDecisionThatMayBeOnDiskIsToldAsUnknownAndNobodyIsToldAnythingElse() {
        on(new CoordinatorEvent.Voted(ALL_YES));
        effects.clear();
        on(new CoordinatorEvent.DecisionForceFailed(WHY));
        expect(new CoordinatorEffect.TellUnknown(WHY));
        on(new CoordinatorEvent.GivenUp(WHY));
        on(new CoordinatorEvent.Resend());
        on(new CoordinatorEvent.ConfirmationsOverdue());
        expect();
        assertThat(state.phase()).isEqualTo(Phase.UNDECIDED);
    }

    @Test
    void aDecisionThatTheLogDidNotTakeIsAnAbort() {
        on(new CoordinatorEvent.Voted(ALL_YES));
        effects.clear();
        on(new CoordinatorEvent.DecisionRefused(WHY));
        expect(new CoordinatorEffect.AbortMembers(), new CoordinatorEffect.TellAborted(WHY));
    }

    @Test
    void anAbortedAttemptNeverCommits() {
        on(new CoordinatorEvent.GivenUp(WHY));
        effects.clear();
        on(new CoordinatorEvent.Voted(ALL_YES));
        on(new CoordinatorEvent.DecisionForced());
        on(new CoordinatorEvent.Resend());
        expect();
    }

    @Test
    void theClientHearsOfWhoHasAppliedItByThenAndHearsItOnce() {
        decided();
        on(new CoordinatorEvent.Confirmed(A, CommitReply.APPLIED));
        on(new CoordinatorEvent.ConfirmationsOverdue());
        expect(new CoordinatorEffect.TellCommitted(Set.of(A)));
        on(new CoordinatorEvent.ConfirmationsOverdue());
        on(new CoordinatorEvent.Confirmed(B, CommitReply.APPLIED));
        on(new CoordinatorEvent.Confirmed(C, CommitReply.APPLIED));
        expect(new CoordinatorEffect.AppendEnded());
    }

    @Test
    void onlyThoseWhoHaveNotConfirmedAreToldAgain() {
        decided();
        on(new CoordinatorEvent.Confirmed(B, CommitReply.APPLIED));
        on(new CoordinatorEvent.Confirmed(B, CommitReply.APPLIED));
        on(new CoordinatorEvent.Resend());
        expect(new CoordinatorEffect.Deliver(Set.of(A, C)));
    }

    @Test
    void aMemberThatLostItsPromiseIsNotWaitedForAndNotCounted() {
        decided();
        on(new CoordinatorEvent.Confirmed(A, CommitReply.APPLIED));
        on(new CoordinatorEvent.Confirmed(B, CommitReply.APPLIED));
        on(new CoordinatorEvent.Confirmed(C, CommitReply.NOT_PREPARED));
        expect(new CoordinatorEffect.AppendEnded(), new CoordinatorEffect.TellCommitted(Set.of(A, B)));
    }

    @Test
    void aDecisionFromBeforeARestartIsDeliveredAndNobodyIsToldTwice() {
        state = CoordinatorState.decided(Set.of(A, B));
        on(new CoordinatorEvent.Resend());
        expect(new CoordinatorEffect.Deliver(Set.of(A, B)));
        on(new CoordinatorEvent.Confirmed(A, CommitReply.APPLIED));
        on(new CoordinatorEvent.Confirmed(B, CommitReply.APPLIED));
        expect(new CoordinatorEffect.AppendEnded());
    }

    private void decided() {
        on(new CoordinatorEvent.Voted(ALL_YES));
        on(new CoordinatorEvent.DecisionForced());
        effects.clear();
    }

    private void on(CoordinatorEvent event) {
        CoordinatorMachine.Step step = CoordinatorMachine.step(state, event);
        state = step.state();
        effects.addAll(step.effects());
    }

    /** Exactly these effects since the last time. */
    private void expect(CoordinatorEffect... expected) {
        assertThat(effects).containsExactly(expected);
        effects.clear();
    }
}
