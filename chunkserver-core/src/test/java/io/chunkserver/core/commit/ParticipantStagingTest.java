package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A staging that fails, however it does, leaves nothing held: no chunk, no space, no file (S3). */
class ParticipantStagingTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final Duration TIMEOUT = Duration.ofHours(1);
    private static final Duration QUIET = Duration.ofSeconds(5);

    private final Member self = new Member(new ServerId("self"), "self", Location.ORIGIN);
    private final Member primary = new Member(new ServerId("primary"), "primary", Location.ORIGIN);
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private final Environment environment = time.life(Duration.ofMillis(1)).environment();
    private @Nullable Kind defectIn;
    private Storage storage;
    private Participant participant;
    private long sequence;

    @BeforeEach
    void open() throws IOException {
        FakeReplicas others = new FakeReplicas(new CallTrace());
        others.add("primary", Location.ORIGIN);
        storage = StorageOnDisk.open(new FaultyDisk(new MemoryDisk(), this::script), environment);
        participant = Participant.create(
                self.id(), storage, others, environment, new Admission(1 << 20), CommitConfig.DEFAULT);
    }

    private DiskFault script(DiskOperation operation) {
        if (operation.kind() == defectIn && operation.path().toString().endsWith(".staged")) {
            throw new IllegalStateException("a defect");
        }
        return DiskFault.NONE;
    }

    @Test
    void aBlockAfterAShortOneIsAWrongRequest() throws IOException {
        PrepareStream stream = participant.prepare(request(new ChunkVersion(0)));
        stream.write(block(10));
        stream.write(block(10));

        Failure why = refusal(stream);
        assertThat(why.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(why.server()).contains(self.id());
        assertNothingIsHeld();
        assertTheNextStoreIsTaken();
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"CREATE", "WRITE", "FORCE"})
    void aDefectIsToldAsOne(Kind kind) throws IOException {
        defectIn = kind;
        PrepareStream stream = participant.prepare(request(new ChunkVersion(0)));
        send(stream);

        assertThat(refusal(stream).code()).isEqualTo(ErrorCode.INTERNAL);
        assertNothingIsHeld();
        defectIn = null;
        assertTheNextStoreIsTaken();
    }

    @Test
    void theLastVersionThereIsCannotBeReplaced() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> request(new ChunkVersion(Long.MAX_VALUE)))
                .withMessage("base version " + Long.MAX_VALUE + " has no next version");
        assertThat(request(new ChunkVersion(Long.MAX_VALUE - 1)).version()).isEqualTo(new ChunkVersion(Long.MAX_VALUE));
    }

    private void assertNothingIsHeld() throws IOException {
        assertThat(participant.open()).isEmpty();
        assertThat(storage.space().snapshot().reservedBytes()).isZero();
        assertThat(storage.store().staged()).isEmpty();
    }

    private void assertTheNextStoreIsTaken() {
        PrepareStream next = participant.prepare(request(new ChunkVersion(0)));
        send(next);
        assertThat(vote(next).isYes()).isTrue();
    }

    private static void send(PrepareStream stream) {
        CheckedBlock block = block(10);
        stream.write(block);
        stream.finish(10, block.crc32c());
    }

    private Failure refusal(PrepareStream stream) {
        return vote(stream).why().orElseThrow();
    }

    /** The vote of this member alone. */
    private Vote vote(PrepareStream stream) {
        time.runFor(QUIET);
        assertThat(stream.votes().toCompletableFuture()).isCompleted();
        return stream.votes().toCompletableFuture().join().get(0);
    }

    private PrepareRequest request(ChunkVersion base) {
        return new PrepareRequest(
                new TransactionId("client", environment.clock().millis(), sequence++),
                new Attempt(1, sequence),
                CHUNK,
                base,
                0,
                false,
                100_000,
                Attributes.NONE,
                Durability.SYNC,
                List.of(primary, self),
                new UUID(1, 1),
                TIMEOUT);
    }

    private static CheckedBlock block(int length) {
        return CheckedBlock.of(ByteBuffer.allocate(length));
    }
}
