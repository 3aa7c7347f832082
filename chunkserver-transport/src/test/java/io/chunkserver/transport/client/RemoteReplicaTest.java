package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.CommitReply;
import io.chunkserver.core.commit.InquiryAnswer;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.Vote;
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
import io.chunkserver.core.replication.Replica;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Response;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Another member of a chain over the wire: whatever becomes of the connection, nobody's yes is heard who did not say it. */
class RemoteReplicaTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Long enough for all frames to be delivered before a timer that is set to it. */
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final TransactionId TRANSACTION = new TransactionId("client", 1, 1);
    private static final Attempt ATTEMPT = new Attempt(3, 4);
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final UUID LOG = new UUID(3, 4);

    private final SteppedNetwork network = new SteppedNetwork();
    private final ScriptedServer next = new ScriptedServer(network.transport(), new ServerAddress("next", 1), "b");
    private final RemoteReplicas replicas = new RemoteReplicas(
            network.transport(), new ReplicasConfig(PATIENCE, SHORT, Duration.ofHours(1), PoolConfig.DEFAULT));
    private final Member primary = new Member(new ServerId("a"), "first:1", new Location(0, 0));
    private final Member member = new Member(new ServerId("b"), "next:1", new Location(0, 0));
    private final Member after = new Member(new ServerId("c"), "last:1", new Location(0, 0));
    private final Replica replica = replicas.peer(member);

    @AfterEach
    void close() {
        replicas.close();
    }

    @Test
    void theVotesOfAllMembersComeBack() {
        Vote no = Vote.no(after.id(), Failure.insufficientSpace(10, 5));
        next.then(Script.onEnd(exchange -> exchange.answer(votes(Vote.yes(member.id()), no))));
        assertThat(network.done(stored(prepare(PATIENCE)))).containsExactly(Vote.yes(member.id()), no);
    }

    @Test
    void aConnectionThatBreaksBeforeTheBytesIsANoOfAll() {
        next.then(Script.cutAtOnce());
        PrepareStream stream = prepare(PATIENCE);
        assertAllNo(network.done(stream.votes()), ErrorCode.UNREACHABLE, "server at next:1");
    }

    @Test
    void aConnectionThatBreaksAfterTheBytesIsANoOfAll() {
        next.then(Script.cutAfterTheLastByte());
        assertAllNo(network.done(stored(prepare(PATIENCE))), ErrorCode.UNREACHABLE, "server at next:1");
    }

    @Test
    void aServerThatNobodyReachesIsANoOfAll() {
        Member nobody = new Member(new ServerId("b"), "nobody:1", new Location(0, 0));
        PrepareStream stream = replicas.peer(nobody).prepare(request(nobody, PATIENCE, false));
        assertAllNo(network.done(stored(stream)), ErrorCode.UNREACHABLE, "nobody:1");
    }

    @Test
    void anotherServerAtTheAddressIsANoOfAllAndIsSentNothing() {
        Member meant = new Member(new ServerId("d"), "next:1", new Location(0, 0));
        PrepareStream stream = replicas.peer(meant).prepare(request(meant, PATIENCE, false));
        List<Vote> votes = network.done(stored(stream));
        assertThat(votes).extracting(Vote::member).containsExactly(meant.id(), after.id());
        assertThat(votes.get(0).why().orElseThrow().message())
                .isEqualTo("at next:1 answers server b instead of server d");
        assertThat(votes).noneMatch(Vote::isYes);
        assertThat(next.requests()).isEmpty();
    }

    @Test
    void aServerThatIsSilentIsANoOfAllWhenTheTimeIsOver() {
        next.then(Script.silent());
        PrepareStream stream = prepare(SHORT);
        CompletionStage<List<Vote>> votes = stored(stream);
        network.run();
        await().until(() -> votes.toCompletableFuture().isDone());
        assertAllNo(network.done(votes), ErrorCode.TIMEOUT, "server at next:1 did not answer within 500 ms");
    }

    @Test
    void aMemberThatWasGivenNothingIsNotBlamedForItsSilence() {
        next.then(Script.silent());
        PrepareStream stream = prepare(SHORT);
        network.run();
        await().until(() -> stream.votes().toCompletableFuture().isDone());
        assertAllNo(network.done(stream.votes()), ErrorCode.TIMEOUT, "was not given all bytes within 500 ms");
    }

    @Test
    void whoRefusesIsHeardAsItIs() {
        next.then(Script.onRequest(exchange ->
                exchange.refuse(Failure.of(ErrorCode.OVERLOADED, "too many").at(member.id()))));
        assertAllNo(network.done(prepare(PATIENCE).votes()), ErrorCode.OVERLOADED, "too many");
    }

    @Test
    void aVoteOfAStrangerStandsForNobodys() {
        next.then(Script.onEnd(
                exchange -> exchange.answer(votes(Vote.yes(member.id()), Vote.yes(new ServerId("stranger"))))));
        assertAllNo(network.done(stored(prepare(PATIENCE))), ErrorCode.PROTOCOL_ERROR, "without votes of its chain");
    }

    @Test
    void twoVotesOfOneServerStandForNobodys() {
        next.then(Script.onEnd(exchange -> exchange.answer(votes(Vote.yes(member.id()), Vote.yes(member.id())))));
        assertAllNo(network.done(stored(prepare(PATIENCE))), ErrorCode.PROTOCOL_ERROR, "without votes of its chain");
    }

    @Test
    void aVoteThatIsMissingStaysMissing() {
        next.then(Script.onEnd(exchange -> exchange.answer(votes(Vote.yes(member.id())))));
        assertThat(network.done(stored(prepare(PATIENCE)))).containsExactly(Vote.yes(member.id()));
    }

    @Test
    void anAnswerThatIsNoVoteIsANoOfAll() {
        next.then(Script.onEnd(exchange -> exchange.answer(new Response.Done())));
        assertAllNo(network.done(stored(prepare(PATIENCE))), ErrorCode.PROTOCOL_ERROR, "without votes of its chain");
    }

    @Test
    void aTombstoneIsSentWithoutBytes() {
        next.then(Script.answer(request -> votes(Vote.yes(member.id()), Vote.yes(after.id()))));
        PrepareStream stream = replica.prepare(request(member, PATIENCE, true));
        stream.finish(0, 0);
        assertThat(network.done(stream.votes())).allMatch(Vote::isYes);
    }

    @Test
    void whoGivesUpHearsNoYesAnyMore() {
        next.then(Script.onEnd(exchange -> exchange.answer(votes(Vote.yes(member.id()), Vote.yes(after.id())))));
        PrepareStream stream = prepare(PATIENCE);
        network.run();
        stream.cancel(Failure.of(ErrorCode.CANCELLED, "no longer wanted"));
        assertAllNo(network.done(stored(stream)), ErrorCode.CANCELLED, "no longer wanted");
    }

    @Test
    void theSecondPhaseIsAnsweredAndNamesTheMemberWhenItIsNot() {
        next.then(
                Script.answer(request -> new Response.Committed(CommitReply.APPLIED)),
                Script.answer(request -> new Response.Done()),
                Script.answer(request -> new Response.Inquiry(InquiryAnswer.PENDING)));
        assertThat(network.done(replica.commit(TRANSACTION, ATTEMPT, CHUNK))).isEqualTo(CommitReply.APPLIED);
        network.done(replica.abort(TRANSACTION, ATTEMPT, CHUNK));
        assertThat(network.done(replica.inquire(TRANSACTION, ATTEMPT, CHUNK, LOG)))
                .isEqualTo(InquiryAnswer.PENDING);
        assertThat(next.requests())
                .extracting(request -> request.getClass().getSimpleName())
                .containsExactly("Commit", "Abort", "Inquire");
        next.then(Script.answer(request -> new Response.Done()));
        assertThat(network.failed(replica.commit(TRANSACTION, ATTEMPT, CHUNK), ErrorCode.PROTOCOL_ERROR))
                .hasMessageContaining("server b");
        next.then(Script.silent());
        assertThat(network.failed(replica.abort(TRANSACTION, ATTEMPT, CHUNK), ErrorCode.TIMEOUT))
                .hasMessageContaining("server b")
                .hasMessageContaining("next:1 did not answer within 500 ms");
    }

    @Test
    void anInquiryThatIsNotAnsweredIsNoAnswer() {
        next.then(Script.cutAtOnce());
        assertThat(network.failed(replica.inquire(TRANSACTION, ATTEMPT, CHUNK, LOG), ErrorCode.UNREACHABLE))
                .hasMessageContaining("server b");
    }

    @Test
    void whoIsAtAnAddressIsRememberedUntilItFails() {
        next.then(Script.cutAtOnce());
        assertThat(network.done(replicas.identify("next:1")).id()).isEqualTo(member.id());
        next.greet(() -> Messages.hello(ScriptedServer.hello(new ServerAddress("next", 1), "other")));
        assertThat(network.done(replicas.identify("next:1")).id()).isEqualTo(member.id());
        network.done(prepare(PATIENCE).votes());
        assertThat(network.done(replicas.identify("next:1")).id()).isEqualTo(new ServerId("other"));
    }

    @Test
    void aMemberWithoutAnAddressOfThisTransportIsNamedAndRefuses() {
        for (String address : List.of("nonsense", "::1:7070")) {
            Member unknown = new Member(new ServerId("b"), address, new Location(0, 0));
            Replica unreachable = replicas.peer(unknown);
            PrepareStream stream = unreachable.prepare(request(unknown, PATIENCE, false));
            assertThat(network.done(stream.write(CheckedBlock.of(ByteBuffer.allocate(1)))))
                    .isNull();
            stream.finish(1, 0);
            List<Vote> votes = network.done(stream.votes());
            assertThat(votes).noneMatch(Vote::isYes).extracting(Vote::member).containsExactly(unknown.id());
            assertThat(votes.get(0).why().orElseThrow().describe())
                    .startsWith("server b: ")
                    .contains("cannot be reached");
            for (CompletionStage<?> answer : List.of(
                    unreachable.commit(TRANSACTION, ATTEMPT, CHUNK),
                    unreachable.abort(TRANSACTION, ATTEMPT, CHUNK),
                    unreachable.inquire(TRANSACTION, ATTEMPT, CHUNK, LOG))) {
                assertThat(network.failed(answer, ErrorCode.UNREACHABLE)).hasMessageContaining("server b");
            }
        }
    }

    private PrepareStream prepare(Duration timeout) {
        return replica.prepare(request(member, timeout, false));
    }

    /** Writes one block and finishes. */
    private static CompletionStage<List<Vote>> stored(PrepareStream stream) {
        var unused = stream.write(CheckedBlock.of(ByteBuffer.allocate(100)));
        stream.finish(100, 0);
        return stream.votes();
    }

    private void assertAllNo(List<Vote> votes, ErrorCode code, String words) {
        assertThat(votes).extracting(Vote::member).containsExactly(member.id(), after.id());
        assertThat(votes).noneMatch(Vote::isYes);
        Failure first = votes.get(0).why().orElseThrow();
        assertThat(first.code()).as(first.describe()).isEqualTo(code);
        assertThat(first.describe()).startsWith("server b: ").contains(words);
        assertThat(votes.get(1).why().orElseThrow().code())
                .as("those after the culprit are not to blame")
                .isEqualTo(ErrorCode.CANCELLED);
    }

    private PrepareRequest request(Member to, Duration timeout, boolean tombstone) {
        return new PrepareRequest(
                TRANSACTION,
                ATTEMPT,
                CHUNK,
                ChunkVersion.NONE,
                0,
                tombstone,
                tombstone ? 0 : 100,
                Attributes.NONE,
                Durability.SYNC,
                List.of(primary, to, after),
                LOG,
                timeout);
    }

    private static Response votes(Vote... votes) {
        return new Response.Votes(List.of(votes));
    }
}
