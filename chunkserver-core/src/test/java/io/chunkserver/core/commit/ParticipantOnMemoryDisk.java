package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FakeReplica;
import io.chunkserver.core.testkit.FakeReplicas;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import io.chunkserver.core.testkit.StorageOnDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;

/** The second and last member of chains, in virtual time, on a disk that can fail: what the participant's own tests share. */
@ExtendWith(ExpectedErrors.class)
abstract class ParticipantOnMemoryDisk {

    static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    static final Duration TIMEOUT = Duration.ofHours(1);

    /** Longer than the disk takes for anything, shorter than the wait before a coordinator is asked. */
    static final Duration QUIET = Duration.ofMillis(100);

    /** Far beyond the first inquiries. */
    static final Duration LONG = Duration.ofMinutes(5);

    static final int LENGTH = 10;
    static final ChunkVersion FIRST = new ChunkVersion(1);
    static final ChunkVersion SECOND = new ChunkVersion(2);

    private static final long CHUNK_SIZE_LIMIT = 1 << 20;

    final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    final FakeReplicas others = new FakeReplicas(new CallTrace());
    final FakeReplica primary = others.add("primary", Location.ORIGIN);
    final Member self = new Member(new ServerId("self"), "self", Location.ORIGIN);
    final MemoryDisk memory = new MemoryDisk();
    DiskScript script = DiskScript.GOOD;

    SimulatedTime.Life life;
    Admission admission;
    Storage storage;
    Participant participant;
    private long sequence;

    @BeforeEach
    final void open() throws IOException {
        life = time.life(Duration.ofMillis(1));
        admission = new Admission(CHUNK_SIZE_LIMIT);
        storage = StorageOnDisk.open(new FaultyDisk(memory, operation -> script.before(operation)), life.environment());
        participant =
                Participant.create(self.id(), storage, others, life.environment(), admission, CommitConfig.DEFAULT);
        time.runFor(QUIET);
    }

    /** Loses all that was not forced, and starts again: what is in doubt holds its chunk. */
    final void crashAndRestart() throws IOException {
        life.end();
        memory.crash();
        script = DiskScript.GOOD;
        open();
        List<CompletableFuture<Void>> restored = CommitRecovery.run(storage.store(), storage.log()).inDoubt().stream()
                .map(promise -> participant
                        .restore(promise.prepared(), storage.space().adopt(promise.stagedBytes()))
                        .toCompletableFuture())
                .toList();
        time.runFor(QUIET);
        assertThat(restored).allSatisfy(promise -> assertThat(promise).isCompleted());
    }

    /** From now on these operations fail. */
    final void failing(Predicate<DiskOperation> operations) {
        script = operation -> operations.test(operation) ? DiskFault.IO_ERROR : DiskFault.NONE;
    }

    final PrepareRequest request(ChunkVersion base) {
        return request(base, 100_000);
    }

    final PrepareRequest request(ChunkVersion base, long maxLengthBytes) {
        return request(base, false, maxLengthBytes);
    }

    final PrepareRequest request(ChunkVersion base, boolean tombstone, long maxLengthBytes) {
        return new PrepareRequest(
                new TransactionId("client", time.instant().toEpochMilli(), sequence++),
                new Attempt(1, sequence),
                CHUNK,
                base,
                0,
                tombstone,
                maxLengthBytes,
                Attributes.NONE,
                Durability.SYNC,
                List.of(primary.member(), self),
                new UUID(1, 1),
                TIMEOUT);
    }

    static StageKey key(PrepareRequest request) {
        return new StageKey(request.transaction(), request.attempt());
    }

    /** Promises to store {@value #LENGTH} bytes. */
    final PrepareRequest promised(ChunkVersion base) {
        PrepareRequest request = request(base);
        PrepareStream stream = participant.prepare(request);
        send(stream);
        assertThat(vote(stream).isYes()).isTrue();
        return request;
    }

    /** Stores, as {@link #promised} and then told to commit. */
    final PrepareRequest committed(ChunkVersion base) {
        PrepareRequest request = promised(base);
        assertReply(CommitReply.APPLIED, request);
        return request;
    }

    final CompletableFuture<CommitReply> commit(PrepareRequest request) {
        return participant.commit(key(request), CHUNK).toCompletableFuture();
    }

    final CompletableFuture<Void> settle() {
        return participant.settle(CHUNK).toCompletableFuture();
    }

    final void assertReply(CommitReply expected, PrepareRequest request) {
        assertThat(settled(commit(request))).isEqualTo(expected);
    }

    final <T> T settled(CompletableFuture<T> stage) {
        time.runFor(QUIET);
        assertThat(stage).isCompleted();
        return stage.join();
    }

    final void assertFails(ErrorCode code, CompletableFuture<?> stage) {
        time.runFor(QUIET);
        assertThat(stage).isCompletedExceptionally();
        try {
            throw new AssertionError(stage.join() + " is no failure");
        } catch (CompletionException e) {
            assertThat(ChunkServerException.from(e).failure().code()).isEqualTo(code);
        }
    }

    static void send(PrepareStream stream) {
        CheckedBlock block = block(LENGTH);
        stream.write(block);
        stream.finish(LENGTH, block.crc32c());
    }

    final Failure refusal(PrepareStream stream) {
        return vote(stream).why().orElseThrow();
    }

    /** The vote of this member alone. */
    final Vote vote(PrepareStream stream) {
        time.runFor(QUIET);
        assertThat(stream.votes().toCompletableFuture()).isCompleted();
        return stream.votes().toCompletableFuture().join().get(0);
    }

    final void assertNothingIsHeld() throws IOException {
        assertThat(participant.open()).isEmpty();
        assertThat(storage.space().snapshot().reservedBytes()).isZero();
        assertThat(storage.store().staged()).isEmpty();
    }

    final void assertTheNextStoreIsTaken() {
        PrepareStream next = participant.prepare(request(published()));
        send(next);
        assertThat(vote(next).isYes()).isTrue();
    }

    /** The version that readers see. */
    final ChunkVersion published() {
        return storage.store().stat(CHUNK).map(ChunkInfo::version).orElse(ChunkVersion.NONE);
    }

    static CheckedBlock block(int length) {
        return CheckedBlock.of(ByteBuffer.allocate(length));
    }
}
