package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A member takes in what a peer has published, or leaves no trace of it; and it removes what others have. */
class ParticipantCopyTest extends ParticipantOnMemoryDisk {

    private static final ChunkVersion THIRD = SECOND.next();

    private final AttemptNumbers attempts = new AttemptNumbers(7);

    private static TransactionId transaction(long sequence) {
        return new TransactionId("elsewhere", 0, sequence);
    }

    /** A version of {@value #LENGTH} zero bytes, as {@link #send} stores. */
    private ChunkInfo version(ChunkVersion version, TransactionId transaction) {
        long stored = storage.store().storedBytes(CHUNK, Attributes.NONE, LENGTH);
        return new ChunkInfo(
                CHUNK, version, transaction, 0, LENGTH, block(LENGTH).crc32c(), stored, false);
    }

    private IncomingCopy begun(ChunkInfo source) {
        return settled(
                participant.copy(source, Attributes.NONE, attempts.next()).toCompletableFuture());
    }

    private CompletableFuture<Adoption> copied(ChunkInfo source) {
        IncomingCopy copy = begun(source);
        if (!source.tombstone()) {
            settled(copy.write(block(LENGTH)).toCompletableFuture());
        }
        return copy.finish().toCompletableFuture();
    }

    private void assertSpaceIsWhatIsThere() throws IOException {
        assertNothingIsHeld();
        assertThat(storage.space().snapshot().usedBytes())
                .isEqualTo(storage.store().snapshot().publishedBytes());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCopyOfANewerVersionIsPublishedAndOutlivesAPowerLoss(boolean tombstone) throws IOException {
        committed(ChunkVersion.NONE);
        ChunkInfo source = tombstone
                ? new ChunkInfo(
                        CHUNK,
                        THIRD,
                        transaction(1),
                        0,
                        0,
                        0,
                        storage.store().storedBytes(CHUNK, Attributes.NONE, 0),
                        true)
                : version(THIRD, transaction(1));

        assertThat(settled(copied(source))).isEqualTo(Adoption.PUBLISHED);
        assertThat(storage.store().stat(CHUNK)).contains(source);
        assertSpaceIsWhatIsThere();
        crashAndRestart();
        assertThat(storage.store().stat(CHUNK)).contains(source);
    }

    @Test
    void theNextTransactionIsBasedOnTheCopy() {
        settled(copied(version(SECOND, transaction(1))));

        assertThat(refusal(participant.prepare(request(FIRST))).code()).isEqualTo(ErrorCode.VERSION_CONFLICT);
        committed(SECOND);
        assertThat(published()).isEqualTo(THIRD);
    }

    @Test
    void whatIsHereAlreadyIsNotPublishedAgain() throws IOException {
        PrepareRequest here = committed(FIRST);

        assertThat(settled(copied(version(SECOND, here.transaction())))).isEqualTo(Adoption.HELD_ALREADY);
        assertThat(settled(copied(version(FIRST, transaction(1))))).isEqualTo(Adoption.HELD_ALREADY);
        assertThat(storage.store().stat(CHUNK).orElseThrow().transaction()).isEqualTo(here.transaction());
        assertSpaceIsWhatIsThere();
    }

    @Test
    void oneVersionOfTwoTransactionsIsAConflictAndChangesNothing() throws IOException {
        PrepareRequest here = committed(FIRST);

        assertFails(ErrorCode.CONFLICTING_COPIES, copied(version(SECOND, transaction(1))));
        assertThat(storage.store().stat(CHUNK).orElseThrow().transaction()).isEqualTo(here.transaction());
        assertSpaceIsWhatIsThere();
    }

    @Test
    void aPromiseOfAnotherTransactionIsNotTouched() {
        PrepareRequest promise = promised(ChunkVersion.NONE);

        assertFails(ErrorCode.BUSY, copied(version(SECOND, transaction(1))));
        assertThat(published()).isEqualTo(ChunkVersion.NONE);
        assertReply(CommitReply.APPLIED, promise);
        assertThat(published()).isEqualTo(FIRST);
    }

    /** As one that a master orders, by which a deletion is told. */
    @Test
    void aCopyThatMeetsAPromiseOfAnotherTransactionHasItsOutcomeAskedForSoon() throws IOException {
        primary.missMessages(Integer.MAX_VALUE);
        promised(ChunkVersion.NONE);
        time.runFor(LONG);
        primary.recover();
        primary.answerInquiries(InquiryAnswer.ABORT);

        assertFails(ErrorCode.BUSY, copied(version(SECOND, transaction(1))));
        time.runFor(CommitConfig.DEFAULT.inquiryDelay());
        assertNothingIsHeld();
    }

    @Test
    void aTransactionThatIsBeingStagedIsNotTouched() {
        PrepareRequest request = request(ChunkVersion.NONE);
        PrepareStream stream = participant.prepare(request);
        time.runFor(QUIET);

        assertFails(ErrorCode.BUSY, copied(version(FIRST, request.transaction())));
        send(stream);
        assertThat(vote(stream).isYes()).isTrue();
    }

    @Test
    void whatAPeerHasPublishedCommitsThePromiseOfTheSameBytes() throws IOException {
        PrepareRequest promise = promised(FIRST);

        assertThat(settled(copied(version(SECOND, promise.transaction())))).isEqualTo(Adoption.PROMISE_COMMITTED);
        assertThat(published()).isEqualTo(SECOND);
        assertSpaceIsWhatIsThere();
        assertReply(CommitReply.APPLIED, promise);
        crashAndRestart();
        assertThat(published()).isEqualTo(SECOND);
        assertThat(storage.log().table().outcome(promise.transaction())).isPresent();
    }

    /** The transaction was committed by another attempt, with other bytes: only the coordinator ends the promise. */
    @Test
    void aPromiseOfOtherBytesIsNotCommittedByACopy() {
        PrepareRequest promise = promised(FIRST);
        ChunkInfo same = version(SECOND, promise.transaction());
        ChunkInfo other = new ChunkInfo(CHUNK, SECOND, promise.transaction(), 0, 0, 0, same.storedBytes(), false);
        IncomingCopy copy = begun(other);

        assertFails(ErrorCode.BUSY, copy.finish().toCompletableFuture());
        assertThat(participant.open()).hasSize(1);
        assertThat(published()).isEqualTo(ChunkVersion.NONE);
    }

    /** There are as many of them, so only their checksum tells. */
    @Test
    void aPromiseOfAsManyOtherBytesIsNotCommittedByACopy() {
        PrepareRequest promise = promised(FIRST);
        CheckedBlock bytes = CheckedBlock.of(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
        ChunkInfo same = version(SECOND, promise.transaction());
        assertThat(same.lengthBytes()).isEqualTo(bytes.lengthBytes());
        IncomingCopy copy = begun(new ChunkInfo(
                CHUNK,
                SECOND,
                promise.transaction(),
                0,
                same.lengthBytes(),
                bytes.crc32c(),
                same.storedBytes(),
                false));
        settled(copy.write(bytes).toCompletableFuture());

        assertFails(ErrorCode.BUSY, copy.finish().toCompletableFuture());
        assertThat(participant.open()).hasSize(1);
        assertThat(published()).isEqualTo(ChunkVersion.NONE);
    }

    @Test
    void aRetryOfATransactionThatIsHereByACopyIsNotAppliedAgain() {
        PrepareRequest retry = request(FIRST);
        settled(copied(version(FIRST, retry.transaction())));

        assertThat(refusal(participant.prepare(retry)).code()).isEqualTo(ErrorCode.ALREADY_COMMITTED);
    }

    @Test
    void bytesOtherThanTheSourcesAreNotTaken() throws IOException {
        IncomingCopy copy = begun(version(FIRST, transaction(1)));
        copy.write(CheckedBlock.of(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})));

        assertFails(ErrorCode.CHECKSUM_MISMATCH, copy.finish().toCompletableFuture());
        assertThat(published()).isEqualTo(ChunkVersion.NONE);
        assertSpaceIsWhatIsThere();
    }

    @Test
    void aCopyThatIsGivenUpLeavesNothing() throws IOException {
        int files = memory.openFiles();
        IncomingCopy copy = begun(version(FIRST, transaction(1)));
        settled(copy.write(block(LENGTH)).toCompletableFuture());
        assertThat(storage.space().snapshot().reservedBytes()).isPositive();

        copy.cancel();
        copy.cancel();
        time.runFor(QUIET);
        assertSpaceIsWhatIsThere();
        assertThat(memory.openFiles()).isEqualTo(files);
        assertFails(ErrorCode.CANCELLED, copy.finish().toCompletableFuture());
    }

    @Test
    void aCrashBeforeTheEndLeavesNothing() throws IOException {
        IncomingCopy copy = begun(version(FIRST, transaction(1)));
        settled(copy.write(block(LENGTH)).toCompletableFuture());
        life.end();
        memory.endProcess();
        open();

        CommitRecovery.run(storage.store(), storage.log());
        assertSpaceIsWhatIsThere();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"CREATE", "WRITE", "FORCE", "RENAME", "FORCE_DIRECTORY"})
    void aDiskThatFailsClosesTheServerAndTheCopyIsNotReported(Kind kind) {
        settled(copied(version(FIRST, transaction(1))));
        CompletableFuture<IncomingCopy> begun = participant
                .copy(version(SECOND, transaction(2)), Attributes.NONE, attempts.next())
                .toCompletableFuture();
        if (kind != Kind.CREATE) {
            settled(begun);
        }
        failing(operation ->
                operation.kind() == kind && !operation.path().toString().startsWith("log"));
        CompletableFuture<Adoption> outcome = begun.thenCompose(
                        copy -> copy.write(block(LENGTH)).thenCompose(written -> copy.finish()))
                .toCompletableFuture();

        assertFails(ErrorCode.DISK_FAILED, outcome);
        assertThat(admission.closed()).isPresent();
        assertThat(participant.copy(version(SECOND, transaction(2)), Attributes.NONE, attempts.next()))
                .isCompletedExceptionally();
    }

    @Test
    void thereIsNoCopyWithoutSpace() throws IOException {
        ChunkInfo small = version(FIRST, transaction(1));
        long length = storage.space().snapshot().availableBytes();
        admission = new Admission(Long.MAX_VALUE);
        participant =
                Participant.create(self.id(), storage, others, life.environment(), admission, CommitConfig.DEFAULT);
        ChunkInfo large = new ChunkInfo(CHUNK, FIRST, small.transaction(), 0, length, 0, length + 1, false);

        assertFails(
                ErrorCode.INSUFFICIENT_SPACE,
                participant.copy(large, Attributes.NONE, attempts.next()).toCompletableFuture());
        assertSpaceIsWhatIsThere();
    }

    private CompletableFuture<Boolean> removed(ChunkVersion version, TransactionId transaction) {
        return participant.remove(CHUNK, version, transaction, attempts.next()).toCompletableFuture();
    }

    @Test
    void aVersionIsRemovedWithItsSpace() throws IOException {
        PrepareRequest here = committed(ChunkVersion.NONE);

        assertThat(settled(removed(FIRST, here.transaction()))).isTrue();
        assertThat(storage.store().stat(CHUNK)).isEmpty();
        assertSpaceIsWhatIsThere();
        assertTheNextStoreIsTaken();
    }

    @Test
    void neitherAnotherVersionNorAChunkWithAnOpenTransactionIsRemoved() {
        PrepareRequest here = committed(ChunkVersion.NONE);
        CompletableFuture<Boolean> other = removed(SECOND, here.transaction());
        CompletableFuture<Boolean> others = removed(FIRST, transaction(1));
        assertThat(settled(other)).isFalse();
        assertThat(settled(others)).isFalse();

        promised(FIRST);
        assertThat(settled(removed(FIRST, here.transaction()))).isFalse();
        assertThat(published()).isEqualTo(FIRST);
    }
}
