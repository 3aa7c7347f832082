package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What becomes of a promise: until its outcome is known it holds the chunk; then nothing of it is left but the outcome (A2, S3). */
class ParticipantPromiseTest extends ParticipantOnMemoryDisk {

    private static final ChunkVersion FIRST = new ChunkVersion(1);
    private static final ChunkVersion SECOND = new ChunkVersion(2);

    @Test
    void aCommitIsConfirmedWhenTheVersionIsThereToBeRead() throws IOException {
        int timers = time.pendingTasks();
        PrepareRequest request = promised(ChunkVersion.NONE);
        CompletableFuture<CommitReply> reply = commit(request);
        CompletableFuture<ChunkVersion> readable = reply.thenApply(confirmed -> published());
        time.runFor(QUIET);

        assertThat(reply).isCompletedWithValue(CommitReply.APPLIED);
        assertThat(readable).isCompletedWithValue(FIRST);
        assertNothingIsHeld();
        assertThat(time.pendingTasks())
                .as("timers, that of the inquiry among them")
                .isEqualTo(timers);
    }

    @Test
    void aVersionThatIsReplacedGivesItsSpaceBack() throws IOException {
        committed(ChunkVersion.NONE);
        long bytes = storage.space().snapshot().usedBytes();
        assertThat(bytes).isEqualTo(storage.store().stat(CHUNK).orElseThrow().storedBytes());

        committed(FIRST);
        assertThat(published()).isEqualTo(SECOND);
        assertThat(storage.space().snapshot().usedBytes()).isEqualTo(bytes);
    }

    @Test
    void aRepeatedCommitIsConfirmedAlsoAfterALaterVersion() {
        PrepareRequest request = committed(ChunkVersion.NONE);
        assertReply(CommitReply.APPLIED, request);

        committed(FIRST);
        assertReply(CommitReply.APPLIED, request);
    }

    @Test
    void aCommitOfWhatWasNeverPromisedIsNotConfirmed() {
        PrepareRequest committed = committed(ChunkVersion.NONE);
        StageKey otherAttempt = new StageKey(committed.transaction(), new Attempt(9, 9));

        assertThat(settled(participant.commit(otherAttempt, CHUNK).toCompletableFuture()))
                .isEqualTo(CommitReply.NOT_PREPARED);
        assertReply(CommitReply.NOT_PREPARED, request(FIRST));
    }

    @Test
    void anAbortEndsThePromiseForGood() throws IOException {
        int timers = time.pendingTasks();
        PrepareRequest request = promised(ChunkVersion.NONE);
        participant.abort(key(request), CHUNK);
        time.runFor(QUIET);

        assertNothingIsHeld();
        assertThat(storage.log().table().inDoubt()).isEmpty();
        assertThat(time.pendingTasks())
                .as("timers, that of the inquiry among them")
                .isEqualTo(timers);
        assertReply(CommitReply.NOT_PREPARED, request);
        assertTheNextStoreIsTaken();
    }

    @Test
    void aPromiseThatMayBeOnTheDiskIsKeptAlthoughTheVoteIsNo() throws IOException {
        failing(ParticipantPromiseTest::isForceOfTheLog);
        PrepareRequest request = request(ChunkVersion.NONE);
        PrepareStream stream = participant.prepare(request);
        send(stream);

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.DISK_FAILED);
        assertKeptAndClosed(request, ErrorCode.DISK_FAILED);
    }

    @Test
    void aPromiseThatADefectInterruptedIsKeptToo() throws IOException {
        script = operation -> {
            if (isForceOfTheLog(operation)) {
                throw new IllegalStateException("a defect");
            }
            return DiskFault.NONE;
        };
        PrepareRequest request = request(ChunkVersion.NONE);
        PrepareStream stream = participant.prepare(request);
        send(stream);

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.INTERNAL);
        assertKeptAndClosed(request, ErrorCode.INTERNAL);
    }

    private void assertKeptAndClosed(PrepareRequest request, ErrorCode why) throws IOException {
        assertThat(participant.open())
                .extracting(TransactionSummary::transaction)
                .containsExactly(request.transaction());
        assertThat(storage.store().staged()).hasSize(1);
        assertThat(admission.closed().orElseThrow().code()).isEqualTo(why);
    }

    @Test
    void aPromiseThatTheLogRefusedWasNeverGiven() throws IOException {
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        time.runFor(QUIET);
        storage.log().close();
        send(stream);

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.DRAINING);
        assertNothingIsHeld();
        assertThat(admission.closed()).isEmpty();
    }

    @Test
    void aCommitThatTheLogDidNotTakeIsNotConfirmedAndAskedForAgainAfterTheRestart() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        failing(ParticipantPromiseTest::isForceOfTheLog);

        assertFails(ErrorCode.DISK_FAILED, commit(request));
        assertThat(admission.closed().orElseThrow().code()).isEqualTo(ErrorCode.DISK_FAILED);
        assertThat(published()).isEqualTo(ChunkVersion.NONE);

        crashAndRestart();
        assertReply(CommitReply.APPLIED, request);
        assertThat(published()).isEqualTo(FIRST);
    }

    @Test
    void aCommitThatCannotBePublishedIsNotConfirmedAndDoneByTheNextStart() throws IOException {
        PrepareRequest request = promised(ChunkVersion.NONE);
        failing(operation -> operation.kind() == Kind.RENAME);

        assertFails(ErrorCode.DISK_FAILED, commit(request));
        assertThat(published()).isEqualTo(ChunkVersion.NONE);

        crashAndRestart();
        assertThat(published()).isEqualTo(FIRST);
        assertReply(CommitReply.APPLIED, request);
    }

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

    private static boolean isForceOfTheLog(DiskOperation operation) {
        return operation.kind() == Kind.FORCE && operation.path().startsWith(DataDirectory.LOG);
    }

    private PrepareRequest committed(ChunkVersion base) {
        PrepareRequest request = promised(base);
        assertReply(CommitReply.APPLIED, request);
        return request;
    }

    private CompletableFuture<CommitReply> commit(PrepareRequest request) {
        return participant.commit(key(request), CHUNK).toCompletableFuture();
    }

    private CompletableFuture<Void> settle() {
        return participant.settle(CHUNK).toCompletableFuture();
    }

    private void assertReply(CommitReply expected, PrepareRequest request) {
        assertThat(settled(commit(request))).isEqualTo(expected);
    }

    private <T> T settled(CompletableFuture<T> stage) {
        time.runFor(QUIET);
        assertThat(stage).isCompleted();
        return stage.join();
    }

    private void assertFails(ErrorCode code, CompletableFuture<?> stage) {
        time.runFor(QUIET);
        assertThat(stage).isCompletedExceptionally();
        try {
            throw new AssertionError(stage.join() + " is no failure");
        } catch (CompletionException e) {
            assertThat(ChunkServerException.from(e).failure().code()).isEqualTo(code);
        }
    }
}
