package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkVersion;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A promise of which no outcome is heard: it is asked for, also after a restart, and by whoever wants the latest version (L1). */
class ParticipantInDoubtTest extends ParticipantOnMemoryDisk {

    @Test
    void aPromiseWithoutOutcomeIsCommittedWhenTheCoordinatorSaysSo() throws IOException {
        primary.answerInquiries(InquiryAnswer.COMMIT);
        promised(ChunkVersion.NONE);
        time.runFor(LONG);

        assertThat(published()).isEqualTo(FIRST);
        assertNothingIsHeld();
    }

    @Test
    void aPromiseWithoutOutcomeIsAbortedWhenTheCoordinatorSaysSo() throws IOException {
        primary.answerInquiries(InquiryAnswer.ABORT);
        promised(ChunkVersion.NONE);
        time.runFor(LONG);

        assertThat(published()).isEqualTo(ChunkVersion.NONE);
        assertNothingIsHeld();
    }

    @Test
    void aRestartTakesUpAPromiseAndHoldsTheChunkForIt() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        long reserved = storage.space().snapshot().reservedBytes();
        crashAndRestart();

        assertThat(participant.open()).singleElement().satisfies(open -> {
            assertThat(open.transaction()).isEqualTo(request.transaction());
            assertThat(open.state()).isEqualTo(TransactionState.PREPARED);
            assertThat(open.coordinator()).contains(primary.member().id());
        });
        assertThat(storage.space().snapshot().reservedBytes()).isEqualTo(reserved);
        PrepareStream other = participant.prepare(request(ChunkVersion.NONE));
        assertThat(refusal(other).code()).isEqualTo(ErrorCode.BUSY);
        assertReply(CommitReply.APPLIED, request);
        assertThat(published()).isEqualTo(FIRST);
        assertNothingIsHeld();
    }

    @Test
    void aPromiseTakenUpByARestartIsAskedFor() throws IOException {
        promised(ChunkVersion.NONE);
        crashAndRestart();
        primary.answerInquiries(InquiryAnswer.ABORT);
        time.runFor(LONG);

        assertNothingIsHeld();
        assertTheNextStoreIsTaken();
    }

    /** A coordinator that was away for long is asked when it is back as soon as somebody wants the chunk, not half a minute later. */
    @Test
    void aStoreThatMeetsAPromiseHasItsOutcomeAskedForSoon() throws IOException {
        primary.missMessages(Integer.MAX_VALUE);
        promised(ChunkVersion.NONE);
        time.runFor(LONG);
        primary.recover();
        primary.answerInquiries(InquiryAnswer.ABORT);

        assertThat(refusal(participant.prepare(request(ChunkVersion.NONE))).code())
                .isEqualTo(ErrorCode.BUSY);
        time.runFor(CommitConfig.DEFAULT.inquiryDelay());
        assertNothingIsHeld();
    }

    @Test
    void whoWantsTheLatestVersionWaitsForACommitUnderWay() {
        PrepareRequest request = promised(ChunkVersion.NONE);
        CompletableFuture<CommitReply> reply = commit(request);
        CompletableFuture<ChunkVersion> latest = settle().thenApply(settled -> published());
        time.runFor(QUIET);

        assertThat(reply).isCompleted();
        assertThat(latest).isCompletedWithValue(FIRST);
    }

    @Test
    void whoWantsTheLatestVersionDoesNotWaitForWhatIsNotPromisedOrNotDecided() {
        CompletableFuture<Void> idle = settle();
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        CompletableFuture<Void> staging = settle();
        time.runFor(QUIET);
        assertThat(idle).isCompleted();
        assertThat(staging).isCompleted();

        send(stream);
        primary.answerInquiries(InquiryAnswer.PENDING);
        time.runFor(QUIET);
        CompletableFuture<Void> pending = settle();
        time.runFor(QUIET);
        assertThat(pending).isCompleted();
    }

    @Test
    void whoWantsTheLatestVersionHearsWhenNobodyCanTellIt() {
        PrepareRequest request = promised(ChunkVersion.NONE);
        primary.missMessages(1);
        assertFails(ErrorCode.UNREACHABLE, settle());

        primary.answerInquiries(InquiryAnswer.COMMIT);
        CompletableFuture<Void> settled = settle();
        time.runFor(QUIET);
        assertThat(settled).isCompleted();
        assertThat(published()).isEqualTo(request.version());
    }
}
