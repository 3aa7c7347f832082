package io.chunkserver.core.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.Admission;
import io.chunkserver.core.commit.CommitConfig;
import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Storage;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ChunkServerException;
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
import io.chunkserver.core.replication.Replicas;
import io.chunkserver.core.replication.ReplicationChain;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every {@link ReplicationChain} promises. It stands at the first of three members, in virtual time; its own participant is a
 * real one, the others do as the test says.
 *
 * <p>Extend it and implement {@link #newChain}. A broken promise is reported with the messages that led to it.
 */
@ExtendWith(PromiseReport.class)
public abstract class ReplicationChainContract implements PromiseReport.Traced {

    private static final ChunkId CHUNK = new ChunkId("contract/file", 0);
    private static final byte[] CONTENT = "what is replicated".getBytes(UTF_8);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Member self = new Member(new ServerId("a"), "a", Location.ORIGIN);
    private final CallTrace trace = new CallTrace();
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(42));
    private final FakeReplicas others = new FakeReplicas(trace);
    private final FakeReplica b = others.add("b", new Location(3, 0));
    private final FakeReplica c = others.add("c", new Location(-4, 0));
    private Storage storage;
    private ReplicationChain chain;
    private long sequence;

    /**
     * The chain under test.
     *
     * @param self        the server that it stands at
     * @param participant that server's own
     * @param others      how it reaches the other members
     * @param environment its time, chance and threads
     */
    protected abstract ReplicationChain newChain(
            Member self, Participant participant, Replicas others, Environment environment);

    /** How long the chain waits for a member that takes no bytes. */
    protected abstract Duration stallTimeout();

    @Override
    public final CallTrace trace() {
        return trace;
    }

    @BeforeEach
    final void makeChain() throws IOException {
        Environment environment = time.life(Duration.ofMillis(1)).environment();
        storage = StorageOnDisk.open(new MemoryDisk(), environment);
        Participant participant = Participant.create(
                self.id(), storage, others, environment, new Admission(1 << 20), CommitConfig.DEFAULT);
        chain = trace.of(ReplicationChain.class, newChain(self, participant, others, environment));
    }

    // Order

    @Test
    void theServerItselfComesFirstAndTheOthersByDistance() {
        others.add("far", new Location(0, 100));
        others.add("near", new Location(0, -1));
        List<String> names = new ArrayList<>(List.of("far", "b", "near", "c"));
        for (int i = 0; i < names.size(); i++) {
            Collections.rotate(names, 1);
            assertThat(order(names))
                    .extracting(member -> member.id().value())
                    .containsExactly("a", "near", "b", "c", "far");
        }
    }

    @Test
    void equalDistancesAreOrderedByName() {
        others.add("twin2", new Location(3, 0));
        others.add("twin1", new Location(0, 3));
        assertThat(order(List.of("twin2", "b", "twin1")))
                .extracting(member -> member.id().value())
                .containsExactly("a", "b", "twin1", "twin2");
    }

    @Test
    void aServerAloneIsAChain() {
        assertThat(order(List.of())).containsExactly(self);
    }

    @Test
    void aServerThatDoesNotAnswerIsNamed() {
        Failure failure = failure(chain.order(List.of("b", "nobody")));
        assertThat(failure.code()).isEqualTo(ErrorCode.UNREACHABLE);
        assertThat(failure.message()).contains("nobody");
    }

    @Test
    void aServerThatIsNamedTwiceIsRefused() {
        Failure failure = failure(chain.order(List.of("b", "c", "b")));
        assertThat(failure.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
        assertThat(failure.message()).contains("b");
    }

    @Test
    void theServerItselfIsNoReplicaOfItself() {
        others.add("a", Location.ORIGIN);
        assertThat(failure(chain.order(List.of("a", "b"))).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    @Test
    void aChainThatIsTooLongIsRefused() {
        List<String> many = Collections.nCopies(PrepareRequest.MAX_MEMBERS, "b");
        assertThat(failure(chain.order(many)).code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
    }

    // Bytes and votes

    @Test
    void allBytesReachTheNextMemberAndAllMembersVote() throws IOException {
        PrepareStream stream = push();
        send(stream, CONTENT);

        assertThat(votes(stream)).containsExactly(yes(self), yes(b.member()), yes(c.member()));
        assertThat(b.bytes()).isEqualTo(CONTENT);
        assertThat(storage.store().staged())
                .as("what is staged at the server itself")
                .hasSize(1);
    }

    @Test
    void aBlockGoesOnBeforeTheNextComes() {
        PrepareStream stream = push();
        stream.write(CheckedBlock.of(ByteBuffer.wrap(CONTENT)));
        time.runFor(Duration.ofSeconds(1));

        assertThat(b.bytes()).isEqualTo(CONTENT);
    }

    @Test
    void aBlockThatArrivesDamagedGoesNoFurther() {
        PrepareStream stream = push();
        stream.write(new CheckedBlock(
                ByteBuffer.wrap(CONTENT),
                CheckedBlock.of(ByteBuffer.wrap(CONTENT)).crc32c() + 1));
        time.runFor(Duration.ofSeconds(1));

        assertRefused(stream, self, ErrorCode.CHECKSUM_MISMATCH);
        assertThat(b.bytes()).isEmpty();
    }

    @Test
    void aNoOfALaterMemberIsItsOwnAndStopsTheOthers() throws IOException {
        c.refuse(Failure.of(ErrorCode.INSUFFICIENT_SPACE, "no room"));
        PrepareStream stream = push();
        send(stream, CONTENT);

        assertRefused(stream, c.member(), ErrorCode.INSUFFICIENT_SPACE);
    }

    @Test
    void aNoOfTheServerItselfStopsTheOthers() throws IOException {
        PrepareStream blocking = push();
        send(blocking, CONTENT);
        votes(blocking);
        PrepareStream stream = push();
        send(stream, CONTENT);

        assertRefused(stream, self, ErrorCode.BUSY);
        assertThat(b.cancellations()).as("cancellations that b heard").isEqualTo(1);
    }

    @Test
    void aWriteCompletesOnlyWhenTheNextMemberHasTakenTheBlock() {
        b.stall();
        PrepareStream stream = push();
        CompletionStage<Void> written = stream.write(CheckedBlock.of(ByteBuffer.wrap(CONTENT)));
        time.runFor(stallTimeout().dividedBy(2));

        assertThat(written.toCompletableFuture()).isNotDone();
    }

    @Test
    void aMemberThatTakesNoBytesIsNamed() {
        b.stall();
        PrepareStream stream = push();
        stream.write(CheckedBlock.of(ByteBuffer.wrap(CONTENT)));
        time.runFor(stallTimeout().multipliedBy(3));

        assertRefused(stream, b.member(), ErrorCode.TIMEOUT);
    }

    @Test
    void aCancelledStreamLeavesNothingBehind() throws IOException {
        PrepareStream stream = push();
        stream.write(CheckedBlock.of(ByteBuffer.wrap(CONTENT)));
        stream.cancel(Failure.of(ErrorCode.CANCELLED, "the client is gone"));
        time.runFor(Duration.ofSeconds(1));

        assertThat(votes(stream)).hasSize(3).noneMatch(Vote::isYes);
        assertThat(storage.store().staged()).isEmpty();
        assertThat(storage.space().snapshot().reservedBytes()).isZero();
    }

    private List<Member> order(List<String> names) {
        return done(chain.order(names), "the order of the members").join();
    }

    /** Whoever never answers is to fail a test and not to hang it. */
    private <T> CompletableFuture<T> done(CompletionStage<T> stage, String what) {
        time.runFor(Duration.ofSeconds(1));
        CompletableFuture<T> answer = stage.toCompletableFuture();
        assertThat(answer.isDone()).as("%s, after a second", what).isTrue();
        return answer;
    }

    private Failure failure(CompletionStage<List<Member>> ordering) {
        try {
            throw new AssertionError(done(ordering, "the refusal").join() + " is no failure");
        } catch (CompletionException e) {
            return ChunkServerException.from(e).failure();
        }
    }

    private PrepareStream push() {
        PrepareRequest request = new PrepareRequest(
                new TransactionId("client", time.now().toMillis(), sequence++),
                new Attempt(1, 1),
                CHUNK,
                ChunkVersion.NONE,
                0,
                false,
                CONTENT.length,
                Attributes.NONE,
                Durability.SYNC,
                List.of(self, b.member(), c.member()),
                StorageOnDisk.LOG_ID,
                TIMEOUT);
        return chain.push(request);
    }

    private static void send(PrepareStream stream, byte[] bytes) {
        CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(bytes));
        stream.write(block);
        stream.finish(bytes.length, block.crc32c());
    }

    private List<Vote> votes(PrepareStream stream) {
        return done(stream.votes(), "the votes").join();
    }

    private static Vote yes(Member member) {
        return Vote.yes(member.id());
    }

    /** All members have voted, not all yes, and the one reason that is not a consequence is the culprit's. */
    private void assertRefused(PrepareStream stream, Member culprit, ErrorCode code) {
        List<Vote> votes = votes(stream);
        assertThat(votes)
                .extracting(Vote::member)
                .containsExactly(self.id(), b.member().id(), c.member().id());
        List<Failure> reasons = votes.stream()
                .flatMap(vote -> vote.why().stream())
                .filter(why -> why.code() != ErrorCode.CANCELLED)
                .toList();
        assertThat(reasons).as("reasons other than a cancellation").hasSize(1);
        assertThat(reasons.get(0).code()).isEqualTo(code);
        assertThat(reasons.get(0).server()).as("the culprit").contains(culprit.id());
    }
}
