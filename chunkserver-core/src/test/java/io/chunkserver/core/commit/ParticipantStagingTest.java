package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.DiskScript;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A staging that fails, however it does, leaves nothing held: no chunk, no space, no file (S3). */
class ParticipantStagingTest extends ParticipantOnMemoryDisk {

    @Test
    void aBlockAfterAShortOneIsAWrongRequest() throws IOException {
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        stream.write(block(10));
        stream.write(block(10));

        Failure why = refusal(stream);
        assertThat(why.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(why.server()).contains(self.id());
        assertNothingIsHeld();
        assertTheNextStoreIsTaken();
    }

    @Test
    void asManyBytesAsAnnouncedAreTakenAndOneMoreIsNot() throws IOException {
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE, BlockLayout.BLOCK_BYTES));
        stream.write(block(BlockLayout.BLOCK_BYTES));
        time.runFor(QUIET);
        assertThat(stream.votes().toCompletableFuture()).isNotDone();
        stream.write(block(1));

        Failure why = refusal(stream);
        assertThat(why.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(why.message()).contains("announced with at most " + BlockLayout.BLOCK_BYTES);
        assertNothingIsHeld();
    }

    @Test
    void aChunkOverTheServersLimitIsRefusedBeforeItsFirstByte() throws IOException {
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE, admission.chunkSizeLimitBytes() + 1));

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.CHUNK_TOO_LARGE);
        assertThat(stream.write(block(1)).toCompletableFuture()).isCompleted();
        assertNothingIsHeld();
    }

    private PrepareRequest placedIn(long epoch) {
        PrepareRequest any = request(ChunkVersion.NONE);
        return new PrepareRequest(
                any.transaction(),
                any.attempt(),
                any.chunk(),
                any.base(),
                any.epoch(),
                any.tombstone(),
                any.maxLengthBytes(),
                any.attributes(),
                any.durability(),
                any.chain(),
                any.coordinatorLogId(),
                any.timeout(),
                epoch);
    }

    @Test
    void whatAReplacedMasterHasPlacedIsNotStaged() throws IOException {
        admission.admitPlacements(epoch -> epoch >= 2);

        assertThat(refusal(participant.prepare(placedIn(1))).code()).isEqualTo(ErrorCode.STALE_EPOCH);
        assertNothingIsHeld();
        PrepareStream stream = participant.prepare(placedIn(2));
        send(stream);
        assertThat(vote(stream).isYes()).isTrue();
    }

    @Test
    void whatAReplacedMasterHasPlacedIsNotPromisedWhenThatIsHeardWhileItsBytesCome() throws IOException {
        PrepareStream stream = participant.prepare(placedIn(1).withTimeout(LONG));
        stream.write(block(LENGTH));
        time.runFor(QUIET);
        admission.admitPlacements(epoch -> epoch >= 2);

        stream.finish(LENGTH, block(LENGTH).crc32c());

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.STALE_EPOCH);
        assertNothingIsHeld();
        assertTheNextStoreIsTaken();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"CREATE", "WRITE", "FORCE"})
    void aDefectIsToldAsOne(Kind kind) throws IOException {
        script = operation -> {
            if (isStaging(kind, operation)) {
                throw new IllegalStateException("a defect");
            }
            return DiskFault.NONE;
        };
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        send(stream);

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.INTERNAL);
        assertNothingIsHeld();
        script = DiskScript.GOOD;
        assertTheNextStoreIsTaken();
    }

    @Test
    void aDiskThatFailsIsLoggedInOneLineThatNamesTheChunk() throws IOException {
        failing(operation -> isStaging(Kind.CREATE, operation));
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        PrintStream usual = System.err;
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
            send(stream);
            assertThat(refusal(stream).code()).isEqualTo(ErrorCode.DISK_FAILED);
        } finally {
            System.setErr(usual);
        }

        assertThat(log.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("ERROR", "its disk failed at chunk " + CHUNK, "takes no new transactions until");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"CREATE", "WRITE", "FORCE"})
    void aDiskThatFailsClosesTheServerToNewTransactions(Kind kind) throws IOException {
        failing(operation -> isStaging(kind, operation));
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        send(stream);

        Failure why = refusal(stream);
        assertThat(why.code()).isEqualTo(ErrorCode.DISK_FAILED);
        assertThat(why.server()).contains(self.id());
        assertThat(admission.closed()).contains(why);
        assertNothingIsHeld();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"CREATE", "FORCE_DIRECTORY"})
    void aLackOfFileHandlesRefusesAStoreAndClosesNothing(Kind kind) throws IOException {
        script = operation ->
                operation.kind() == kind && !operation.path().startsWith("log") ? DiskFault.NO_HANDLES : DiskFault.NONE;
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        send(stream);

        Failure why = refusal(stream);
        assertThat(why.code()).isEqualTo(ErrorCode.OVERLOADED);
        assertThat(why.server()).contains(self.id());
        assertThat(admission.closed()).isEmpty();
        assertNothingIsHeld();
        script = DiskScript.GOOD;
        assertTheNextStoreIsTaken();
    }

    /** Room that is given back while its bytes are still on the disk would be given away twice (S3). */
    @Test
    void roomOfBytesThatCannotBeRemovedIsKept() throws IOException {
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        stream.write(block(1));
        time.runFor(QUIET);
        long reserved = storage.space().snapshot().reservedBytes();
        failing(operation -> operation.kind() == Kind.DELETE);
        stream.cancel(Failure.of(ErrorCode.CANCELLED, "the client gave up"));

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(reserved).isPositive();
        assertThat(storage.space().snapshot().reservedBytes()).isEqualTo(reserved);
    }

    private static boolean isStaging(Kind kind, DiskOperation operation) {
        return operation.kind() == kind && operation.path().toString().endsWith(".staged");
    }

    @Test
    void anAttemptThatIsBeingPreparedIsNotBegunTwice() {
        PrepareRequest request = request(ChunkVersion.NONE);
        PrepareStream first = participant.prepare(request);
        PrepareStream second = participant.prepare(request);

        assertThat(refusal(second).code()).isEqualTo(ErrorCode.BUSY);
        send(first);
        assertThat(vote(first).isYes()).isTrue();
    }

    @Test
    void bytesThatDoNotComeInTimeAreGivenUp() throws IOException {
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        stream.write(block(10));
        time.runFor(TIMEOUT.minusMillis(1));
        assertThat(stream.votes().toCompletableFuture()).isNotDone();

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.TIMEOUT);
        assertThat(refusal(stream).message()).contains("was not given all bytes");
        assertNothingIsHeld();
    }

    @Test
    void whatIsGivenUpLeavesNoFileOpenAndNoTimer() throws IOException {
        int files = memory.openFiles();
        int timers = time.pendingTasks();
        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));
        stream.write(block(10));
        time.runFor(QUIET);
        assertThat(memory.openFiles()).isGreaterThan(files);
        stream.cancel(Failure.of(ErrorCode.CANCELLED, "the sender is gone"));

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.CANCELLED);
        assertThat(memory.openFiles()).isEqualTo(files);
        assertThat(time.pendingTasks()).isEqualTo(timers);
        assertNothingIsHeld();
    }

    @Test
    void whatIsStagedHoldsNoMoreSpaceThanItTakesAndNoOpenFile() {
        PrepareRequest before = promised(ChunkVersion.NONE);
        participant.abort(key(before), CHUNK);
        time.runFor(QUIET);
        int files = memory.openFiles();
        promised(ChunkVersion.NONE);

        assertThat(storage.space().snapshot().reservedBytes())
                .isEqualTo(storage.store().storedBytes(CHUNK, Attributes.NONE, LENGTH));
        assertThat(memory.openFiles()).isEqualTo(files);
    }

    @Test
    void aServerThatIsClosedRefuses() {
        life.end();

        PrepareStream stream = participant.prepare(request(ChunkVersion.NONE));

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.DRAINING);
    }

    @Test
    void aServerWhoseThreadsAreGoneRefuses() {
        Environment open = life.environment();
        Environment closing = new Environment(
                open.clock(),
                open.random(),
                open.timers(),
                task -> {
                    throw new RejectedExecutionException("the disk threads take nothing more");
                },
                open.log());
        Participant late = Participant.create(self.id(), storage, others, closing, admission, CommitConfig.DEFAULT);

        PrepareStream stream = late.prepare(request(ChunkVersion.NONE));

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.DRAINING);
    }

    @Test
    void theLastVersionThereIsCannotBeReplaced() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request(new ChunkVersion(Long.MAX_VALUE)))
                .withMessage("base version " + Long.MAX_VALUE + " has no next version");
        assertThat(request(new ChunkVersion(Long.MAX_VALUE - 1)).version()).isEqualTo(new ChunkVersion(Long.MAX_VALUE));
    }
}
