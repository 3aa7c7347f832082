package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.log.SettledPromise;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator settles a promise of which nobody can tell the outcome. */
class HandSettlementTest extends ParticipantOnMemoryDisk {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private CompletableFuture<Boolean> byHand(PrepareRequest request, boolean commit) {
        return participant.settleByHand(request.transaction(), commit, PATIENCE).toCompletableFuture();
    }

    private void assertSettled(PrepareRequest request, boolean commit) {
        assertThat(settled(byHand(request, commit))).isTrue();
    }

    private void assertNotInDoubt(PrepareRequest request, boolean commit) {
        assertThat(settled(byHand(request, commit))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatNobodyCanTellIsAsTheOperatorChose(boolean commit) throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);

        assertSettled(request, commit);

        assertThat(published()).isEqualTo(commit ? FIRST : ChunkVersion.NONE);
        assertNothingIsHeld();
        assertThat(storage.log().table().settledByHand(request.transaction()))
                .hasValueSatisfying(settled -> assertThat(settled.committed()).isEqualTo(commit));
        assertTheNextStoreIsTaken();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itIsSoAfterACrash(boolean commit) throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        assertSettled(request, commit);

        crashAndRestart();

        assertThat(published()).isEqualTo(commit ? FIRST : ChunkVersion.NONE);
        assertNothingIsHeld();
        assertThat(storage.log().table().settledByHand(request.transaction()).map(SettledPromise::committed))
                .contains(commit);
    }

    @Test
    void whatItsCoordinatorCanTellCounts() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.COMMIT);
        assertFails(ErrorCode.SETTLED_OTHERWISE, byHand(request, false));
        assertThat(published()).isEqualTo(FIRST);
        assertNothingIsHeld();

        PrepareRequest next = promised(FIRST);
        primary.answerInquiries(InquiryAnswer.ABORT);
        assertFails(ErrorCode.SETTLED_OTHERWISE, byHand(next, true));
        assertThat(published()).isEqualTo(FIRST);
        assertNothingIsHeld();
        assertThat(storage.log().table().settledByHand(request.transaction())).isEmpty();
        assertThat(storage.log().table().settledByHand(next.transaction())).isEmpty();
    }

    @Test
    void whoAsksForWhatItsCoordinatorTellsGetsItAndNothingIsHeuristic() {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.COMMIT);

        assertSettled(request, true);

        assertThat(published()).isEqualTo(FIRST);
        assertThat(storage.log().table().settledByHand(request.transaction())).isEmpty();
    }

    @Test
    void nothingIsDoneAsLongAsTheCoordinatorIsAtIt() {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.PENDING);

        assertFails(ErrorCode.BUSY, byHand(request, false));

        assertReply(CommitReply.APPLIED, request);
    }

    @Test
    void whatIsNotPromisedOrIsOverIsNotSettled() {
        PrepareRequest unknown = request(ChunkVersion.NONE);
        assertNotInDoubt(unknown, true);

        PrepareStream staging = participant.prepare(unknown);
        time.runFor(QUIET);
        assertNotInDoubt(unknown, true);
        send(staging);
        assertThat(vote(staging).isYes()).isTrue();
        assertReply(CommitReply.APPLIED, unknown);
        assertNotInDoubt(unknown, true);
    }

    @Test
    void theCoordinatorsWordComesTooLateAndIsAnsweredAsIfThePromiseWereLost() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        assertSettled(request, false);

        assertReply(CommitReply.NOT_PREPARED, request);
        assertThat(published()).isEqualTo(ChunkVersion.NONE);

        PrepareRequest other = promised(ChunkVersion.NONE);
        assertSettled(other, true);
        settled(participant.abort(key(other), CHUNK).toCompletableFuture());
        assertThat(published()).isEqualTo(FIRST);
        assertNothingIsHeld();
    }

    @Test
    void aRecordThatTheDiskDoesNotTakeSettlesNothing() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        failing(operation -> operation.kind() == DiskOperation.Kind.FORCE);

        assertFails(ErrorCode.DISK_FAILED, byHand(request, false));

        assertThat(storage.store().staged()).hasSize(1);
        assertThat(participant.open()).hasSize(1);
        assertFails(ErrorCode.DISK_FAILED, byHand(request, false));
        assertFails(ErrorCode.DISK_FAILED, byHand(request, true));
        crashAndRestart();
        assertThat(participant.open())
                .singleElement()
                .satisfies(open -> assertThat(open.transaction()).isEqualTo(request.transaction()));
    }

    @Test
    void twoOperatorsHearTheSameOfWhatTheFirstChose() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);

        CompletableFuture<Boolean> first = byHand(request, false);
        CompletableFuture<Boolean> same = byHand(request, false);
        CompletableFuture<Boolean> other = byHand(request, true);
        time.runFor(QUIET);

        assertThat(first).isCompletedWithValue(true);
        assertThat(same).isCompletedWithValue(true);
        assertFails(ErrorCode.SETTLED_OTHERWISE, other);
        assertThat(published()).isEqualTo(ChunkVersion.NONE);
        assertNothingIsHeld();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatTheCoordinatorTellsWhileTheRecordIsBeingForcedComesTooLate(boolean commit) throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        List<CompletableFuture<?>> told = new ArrayList<>();
        script = operation -> {
            if (operation.kind() == DiskOperation.Kind.FORCE && told.isEmpty()) {
                told.add(commit ? participant.abort(key(request), CHUNK).toCompletableFuture() : commit(request));
            }
            return DiskFault.NONE;
        };

        assertSettled(request, commit);

        assertThat(told).hasSize(1).allMatch(CompletableFuture::isDone);
        assertThat(published()).isEqualTo(commit ? FIRST : ChunkVersion.NONE);
        assertNothingIsHeld();
    }

    @Test
    void whatIsBeingCommittedAnywayIsWaitedFor() {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        List<CompletableFuture<Boolean>> told = new ArrayList<>();
        script = operation -> {
            if (operation.kind() == DiskOperation.Kind.FORCE && told.isEmpty()) {
                told.add(byHand(request, true));
                told.add(byHand(request, false));
            }
            return DiskFault.NONE;
        };

        assertReply(CommitReply.APPLIED, request);

        assertThat(settled(told.get(0))).isTrue();
        assertFails(ErrorCode.SETTLED_OTHERWISE, told.get(1));
        assertThat(storage.log().table().settledByHand(request.transaction())).isEmpty();
    }

    @Test
    void nothingIsDoneWhenThoseWhoMayKnowDoNotAnswerInTime() {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.keepInquiriesWaiting();

        CompletableFuture<Boolean> late = byHand(request, false);
        time.runFor(PATIENCE);

        assertFails(ErrorCode.TIMEOUT, late);
        assertThat(participant.open()).hasSize(1);
        assertReply(CommitReply.APPLIED, request);
    }
}
