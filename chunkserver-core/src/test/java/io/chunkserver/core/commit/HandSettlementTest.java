package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.log.LogRecord.SettledByHand;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.DiskOperation;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An operator settles a promise of which nobody can tell the outcome. */
class HandSettlementTest extends ParticipantOnMemoryDisk {

    private CompletableFuture<Void> byHand(PrepareRequest request, boolean commit) {
        return participant.settleByHand(request.transaction(), commit).toCompletableFuture();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatNobodyCanTellIsAsTheOperatorChose(boolean commit) throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);

        settled(byHand(request, commit));

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
        settled(byHand(request, commit));

        crashAndRestart();

        assertThat(published()).isEqualTo(commit ? FIRST : ChunkVersion.NONE);
        assertNothingIsHeld();
        assertThat(storage.log().table().settledByHand(request.transaction()).map(SettledByHand::committed))
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

        settled(byHand(request, true));

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
        assertFails(ErrorCode.TRANSACTION_NOT_FOUND, byHand(unknown, true));

        PrepareStream staging = participant.prepare(unknown);
        time.runFor(QUIET);
        assertFails(ErrorCode.TRANSACTION_NOT_FOUND, byHand(unknown, true));
        send(staging);
        assertThat(vote(staging).isYes()).isTrue();
        assertReply(CommitReply.APPLIED, unknown);
        assertFails(ErrorCode.TRANSACTION_NOT_FOUND, byHand(unknown, true));
    }

    @Test
    void theCoordinatorsWordComesTooLateAndIsAnsweredAsIfThePromiseWereLost() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        settled(byHand(request, false));

        assertReply(CommitReply.NOT_PREPARED, request);
        assertThat(published()).isEqualTo(ChunkVersion.NONE);

        PrepareRequest other = promised(ChunkVersion.NONE);
        settled(byHand(other, true));
        settled(participant.abort(key(other), CHUNK).toCompletableFuture());
        assertThat(published()).isEqualTo(FIRST);
        assertNothingIsHeld();
    }

    @Test
    void aMemberThatCommittedByHandTellsTheOthers() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        settled(byHand(request, true));

        assertThat(storage.log().table().outcome(request.transaction()))
                .hasValueSatisfying(outcome -> assertThat(outcome.attempt()).isEqualTo(request.attempt()));
    }

    @Test
    void aRecordThatTheDiskDoesNotTakeSettlesNothing() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.answerInquiries(InquiryAnswer.DONT_KNOW);
        failing(operation -> operation.kind() == DiskOperation.Kind.FORCE);

        assertFails(ErrorCode.DISK_FAILED, byHand(request, false));

        assertThat(storage.store().staged()).hasSize(1);
        assertThat(participant.open()).hasSize(1);
        crashAndRestart();
        assertThat(participant.open())
                .singleElement()
                .satisfies(open -> assertThat(open.transaction()).isEqualTo(request.transaction()));
    }
}
