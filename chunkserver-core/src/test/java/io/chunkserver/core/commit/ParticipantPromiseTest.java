package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a promise holds until the coordinator says commit or abort, and that nothing of it is left then but the outcome (A2, S3). */
class ParticipantPromiseTest extends ParticipantOnMemoryDisk {

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

    /** The coordinator counts who has the version: one that lost it must not be among them, also when it is asked later. */
    @Test
    void aCommitWhoseBytesAreGoneIsNeverConfirmed() throws IOException {
        Set<Path> staged = new HashSet<>();
        script = operation -> {
            if (operation.path().toString().endsWith(".staged")) {
                staged.add(operation.path());
            }
            return DiskFault.NONE;
        };
        PrepareRequest request = promised(ChunkVersion.NONE);
        for (Path file : staged) {
            memory.delete(file);
            memory.forceDirectory(Objects.requireNonNull(file.getParent()));
        }
        assertReply(CommitReply.NOT_PREPARED, request);
        assertReply(CommitReply.NOT_PREPARED, request);

        crashAndRestart();
        assertReply(CommitReply.NOT_PREPARED, request);
    }

    /** The tombstone is removed after its time, which takes nothing from the delete. */
    @Test
    void aRepeatedCommitOfADeleteIsConfirmedAlsoWhenItsTombstoneIsGone() throws IOException {
        committed(ChunkVersion.NONE);
        PrepareRequest delete = request(FIRST, true, 0);
        PrepareStream stream = participant.prepare(delete);
        stream.finish(0, 0);
        assertThat(vote(stream).isYes()).isTrue();
        assertReply(CommitReply.APPLIED, delete);
        storage.store().delete(CHUNK, SECOND);

        assertReply(CommitReply.APPLIED, delete);
    }

    /** What is known of a chunk is forgotten with its last transaction, so that it takes no memory and never gets old. */
    @Test
    void aChunkThatNobodyUsesIsLookedUpAnew() throws IOException {
        committed(ChunkVersion.NONE);
        storage.store().delete(CHUNK, FIRST);

        committed(ChunkVersion.NONE);
        assertThat(published()).isEqualTo(FIRST);
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

    private static boolean isForceOfTheLog(DiskOperation operation) {
        return operation.kind() == Kind.FORCE && operation.path().startsWith(DataDirectory.LOG);
    }
}
