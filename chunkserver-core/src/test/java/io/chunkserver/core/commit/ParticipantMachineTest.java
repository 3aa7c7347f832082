package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.ParticipantState.Phase;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The rules of a participant, one by one. */
class ParticipantMachineTest {

    private static final StageKey KEY = key(1, 1);
    private static final StageKey RETRY = key(1, 2);
    private static final StageKey OTHER = key(2, 3);
    private static final UUID LOG = new UUID(1, 1);
    private static final UUID OTHER_LOG = new UUID(1, 2);
    private static final Failure WHY = Failure.of(ErrorCode.CANCELLED, "test");

    private ParticipantState state = ParticipantState.idle(new ChunkVersion(4), 0);
    private final List<ParticipantEffect> effects = new ArrayList<>();

    @Test
    void aCommittedTransactionForcesItsPromiseBeforeTheYesAndItsCommitBeforeItIsVisible() {
        on(prepare(KEY, 4));
        expect(new ParticipantEffect.Stage(KEY));
        on(new ParticipantEvent.Staged(KEY));
        expect(new ParticipantEffect.ForcePrepared(KEY));
        on(new ParticipantEvent.PreparedForced(KEY));
        expect(new ParticipantEffect.VoteYes(KEY));
        on(new ParticipantEvent.Commit(KEY, false));
        expect(new ParticipantEffect.ForceCommitted(KEY));
        on(new ParticipantEvent.CommittedForced(KEY));
        expect(new ParticipantEffect.Publish(KEY));
        on(new ParticipantEvent.Published(KEY));
        expect(new ParticipantEffect.AnswerCommit(KEY, CommitReply.APPLIED));
        assertThat(state).isEqualTo(ParticipantState.idle(new ChunkVersion(5), 0));
    }

    @Test
    void theCoordinatorsOwnParticipantWritesNoRecords() {
        on(new ParticipantEvent.Prepare(KEY, new ChunkVersion(4), 0, LOG, true, false));
        on(new ParticipantEvent.Staged(KEY));
        on(new ParticipantEvent.Commit(KEY, false));
        on(new ParticipantEvent.Published(KEY));
        expect(
                new ParticipantEffect.Stage(KEY),
                new ParticipantEffect.VoteYes(KEY),
                new ParticipantEffect.Publish(KEY),
                new ParticipantEffect.AnswerCommit(KEY, CommitReply.APPLIED));
    }

    @Test
    void afterAYesNothingButTheCoordinatorsWordEndsTheHold() {
        prepared();
        on(new ParticipantEvent.StagingFailed(KEY, WHY));
        on(new ParticipantEvent.PreparedForceFailed(KEY, WHY));
        on(new ParticipantEvent.Abort(OTHER, WHY));
        on(new ParticipantEvent.Abort(RETRY, WHY));
        on(new ParticipantEvent.CommittedForced(KEY));
        on(new ParticipantEvent.Published(KEY));
        expect();
        assertThat(state.holds(KEY, Phase.PREPARED)).isTrue();
    }

    @Test
    void anAbortAfterAYesIsLoggedBeforeTheBytesGo() {
        prepared();
        on(new ParticipantEvent.Abort(KEY, WHY));
        expect(new ParticipantEffect.AppendAborted(KEY), new ParticipantEffect.Discard(KEY));
        assertThat(state.open()).isNull();
    }

    @Test
    void anOperatorsChoiceIsForcedBeforeItIsDone() {
        prepared();
        on(new ParticipantEvent.SettleByHand(KEY, true));
        expect(new ParticipantEffect.ForceSettledByHand(KEY, true));
        on(new ParticipantEvent.CommittedForced(KEY));
        expect(new ParticipantEffect.Publish(KEY));

        state = ParticipantState.idle(new ChunkVersion(4), 0);
        prepared();
        on(new ParticipantEvent.SettleByHand(KEY, false));
        expect(new ParticipantEffect.ForceSettledByHand(KEY, false));
        on(new ParticipantEvent.AbortedForced(KEY));
        expect(new ParticipantEffect.Discard(KEY), new ParticipantEffect.AnswerCommit(KEY, CommitReply.NOT_PREPARED));
        assertThat(state).isEqualTo(ParticipantState.idle(new ChunkVersion(4), 0));
    }

    @Test
    void whileAnOperatorsAbortIsBeingForcedNothingElseIsDone() {
        prepared();
        on(new ParticipantEvent.SettleByHand(KEY, false));
        effects.clear();
        on(new ParticipantEvent.Commit(KEY, false));
        on(new ParticipantEvent.Abort(KEY, WHY));
        on(new ParticipantEvent.SettleByHand(KEY, true));
        on(new ParticipantEvent.CommittedForced(KEY));
        expect();
        assertThat(state.holds(KEY, Phase.FORCING_ABORTED)).isTrue();
    }

    @Test
    void anOperatorSettlesNothingThatIsNotPromisedOrThatThisServerDecides() {
        on(prepare(KEY, 4));
        effects.clear();
        on(new ParticipantEvent.SettleByHand(KEY, true));
        on(new ParticipantEvent.AbortedForced(KEY));
        expect();

        state = ParticipantState.idle(new ChunkVersion(4), 0);
        on(new ParticipantEvent.Prepare(KEY, new ChunkVersion(4), 0, LOG, true, false));
        on(new ParticipantEvent.Staged(KEY));
        effects.clear();
        on(new ParticipantEvent.SettleByHand(KEY, false));
        expect();
    }

    @Test
    void anAbortWhileThePromiseIsBeingForcedIsLoggedAndVotesNo() {
        on(prepare(KEY, 4));
        on(new ParticipantEvent.Staged(KEY));
        effects.clear();
        on(new ParticipantEvent.Abort(KEY, WHY));
        expect(
                new ParticipantEffect.AppendAborted(KEY),
                new ParticipantEffect.Discard(KEY),
                new ParticipantEffect.VoteNo(KEY, WHY));
        effects.clear();
        on(new ParticipantEvent.PreparedForced(KEY));
        expect();
    }

    @Test
    void aFailedForceOfThePromiseVotesNoButKeepsWhatTheRecordMayNeed() {
        on(prepare(KEY, 4));
        on(new ParticipantEvent.Staged(KEY));
        effects.clear();
        on(new ParticipantEvent.PreparedForceFailed(KEY, WHY));
        expect(new ParticipantEffect.VoteNo(KEY, WHY));
        assertThat(state.holds(KEY, Phase.FORCING_PREPARED)).isTrue();
    }

    @Test
    void aPromiseThatTheLogDidNotTakeIsNone() {
        on(prepare(KEY, 4));
        on(new ParticipantEvent.Staged(KEY));
        effects.clear();
        on(new ParticipantEvent.PreparedRefused(KEY, WHY));
        expect(new ParticipantEffect.Discard(KEY), new ParticipantEffect.VoteNo(KEY, WHY));
        assertThat(state.open()).isNull();
    }

    @Test
    void anAttemptThatIsReplacedWhileItsBytesComeInHearsItsNo() {
        on(prepare(KEY, 4));
        effects.clear();
        on(prepare(RETRY, 4));
        assertThat(effects)
                .hasSize(3)
                .element(1)
                .isInstanceOfSatisfying(
                        ParticipantEffect.VoteNo.class,
                        no -> assertThat(no.key()).isEqualTo(KEY));
    }

    @Test
    void anotherTransactionIsBusyWhileOneHoldsTheChunk() {
        prepared();
        on(prepare(OTHER, 4));
        assertRefused(OTHER, ErrorCode.BUSY);
        assertThat(state.holds(KEY, Phase.PREPARED)).isTrue();
    }

    @Test
    void aNewerAttemptStandsForTheLostAbortOfTheOlder() {
        prepared();
        on(prepare(RETRY, 4));
        expect(
                new ParticipantEffect.AppendAborted(KEY),
                new ParticipantEffect.Discard(KEY),
                new ParticipantEffect.Stage(RETRY));
        assertThat(state.holds(RETRY, Phase.STAGING)).isTrue();
    }

    @Test
    void anOlderAttemptNeverReplacesANewerOne() {
        on(prepare(RETRY, 4));
        effects.clear();
        on(prepare(KEY, 4));
        assertRefused(KEY, ErrorCode.BUSY);
        assertThat(state.holds(RETRY, Phase.STAGING)).isTrue();
    }

    @Test
    void aNewerAttemptWaitsWhileWhatIsOnDiskIsNotKnown() {
        on(prepare(KEY, 4));
        on(new ParticipantEvent.Staged(KEY));
        effects.clear();
        on(prepare(RETRY, 4));
        assertRefused(RETRY, ErrorCode.BUSY);
    }

    @Test
    void aTransactionThatWasCommittedIsNotPreparedAgain() {
        on(new ParticipantEvent.Prepare(KEY, new ChunkVersion(4), 0, LOG, false, true));
        assertRefused(KEY, ErrorCode.ALREADY_COMMITTED);
    }

    @Test
    void aBaseOlderThanTheCommittedVersionIsAConflictAndANewerOneIsNot() {
        on(prepare(KEY, 3));
        assertRefused(KEY, ErrorCode.VERSION_CONFLICT);
        effects.clear();
        on(prepare(OTHER, 9));
        expect(new ParticipantEffect.Stage(OTHER));
    }

    @Test
    void anOlderEpochIsRefused() {
        state = ParticipantState.idle(new ChunkVersion(4), 7);
        on(prepare(KEY, 4));
        assertRefused(KEY, ErrorCode.STALE_EPOCH);
    }

    @Test
    void aCommitOfWhatIsRememberedIsConfirmedAndOfWhatIsNotIsAnsweredHonestly() {
        on(new ParticipantEvent.Commit(KEY, true));
        on(new ParticipantEvent.Commit(OTHER, false));
        expect(
                new ParticipantEffect.AnswerCommit(KEY, CommitReply.APPLIED),
                new ParticipantEffect.AnswerCommit(OTHER, CommitReply.NOT_PREPARED));
    }

    @Test
    void aRepeatedCommitIsNotLoggedTwice() {
        prepared();
        on(new ParticipantEvent.Commit(KEY, false));
        on(new ParticipantEvent.Commit(KEY, false));
        expect(new ParticipantEffect.ForceCommitted(KEY));
    }

    @Test
    void aCommitCannotBeAbortedAnyMore() {
        prepared();
        on(new ParticipantEvent.Commit(KEY, false));
        effects.clear();
        on(new ParticipantEvent.Abort(KEY, WHY));
        on(prepare(RETRY, 4));
        assertRefused(RETRY, ErrorCode.BUSY);
        assertThat(state.holds(KEY, Phase.FORCING_COMMITTED)).isTrue();
    }

    @Test
    void aCommittedVersionWhoseBytesAreGoneIsNeverConfirmed() {
        prepared();
        on(new ParticipantEvent.Commit(KEY, false));
        on(new ParticipantEvent.CommittedForced(KEY));
        effects.clear();
        on(new ParticipantEvent.PublishLost(KEY));
        assertThat(effects).contains(new ParticipantEffect.AnswerCommit(KEY, CommitReply.NOT_PREPARED));
        assertThat(state.version()).isEqualTo(new ChunkVersion(4));
    }

    /** The coordinator may have committed the promised attempt and lost the log that said so. */
    @Test
    void aNewerAttemptOutOfAnotherLogDoesNotEndAPromise() {
        prepared();
        on(prepare(RETRY, 4, OTHER_LOG));
        assertRefused(RETRY, ErrorCode.BUSY);
        assertThat(state.holds(KEY, Phase.PREPARED)).isTrue();
    }

    /** Whoever staged or published for an attempt may say so when it is over (A3). */
    @Test
    void whatIsHeardOfAnAttemptThatIsOverChangesNothing() {
        ParticipantState before = state;
        on(new ParticipantEvent.Staged(KEY));
        on(new ParticipantEvent.StagingFailed(KEY, WHY));
        on(new ParticipantEvent.PreparedForced(KEY));
        on(new ParticipantEvent.PreparedRefused(KEY, WHY));
        on(new ParticipantEvent.CommittedForced(KEY));
        on(new ParticipantEvent.Published(KEY));
        on(new ParticipantEvent.PublishLost(KEY));
        expect();
        assertThat(state).isEqualTo(before);
    }

    private void prepared() {
        on(prepare(KEY, 4));
        on(new ParticipantEvent.Staged(KEY));
        on(new ParticipantEvent.PreparedForced(KEY));
        effects.clear();
    }

    private void on(ParticipantEvent event) {
        ParticipantMachine.Step step = ParticipantMachine.step(state, event);
        state = step.state();
        effects.addAll(step.effects());
    }

    /** Exactly these effects since the last time. */
    private void expect(ParticipantEffect... expected) {
        assertThat(effects).containsExactly(expected);
        effects.clear();
    }

    private void assertRefused(StageKey key, ErrorCode code) {
        assertThat(effects).singleElement().isInstanceOfSatisfying(ParticipantEffect.VoteNo.class, no -> {
            assertThat(no.key()).isEqualTo(key);
            assertThat(no.why().code()).isEqualTo(code);
        });
    }

    private static ParticipantEvent.Prepare prepare(StageKey key, long base) {
        return prepare(key, base, LOG);
    }

    private static ParticipantEvent.Prepare prepare(StageKey key, long base, UUID coordinatorLogId) {
        return new ParticipantEvent.Prepare(key, new ChunkVersion(base), 0, coordinatorLogId, false, false);
    }

    private static StageKey key(long sequence, long attempt) {
        return new StageKey(new TransactionId("client", 0, sequence), new Attempt(1, attempt));
    }
}
