package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** One try of a store: what its failures mean for the outcome (guarantee A4), frame by frame. */
class RemoteChunkWriterTest extends ClientOnSteppedNetwork {

    private static final TransactionId TRANSACTION = new TransactionId("client", 1, 1);
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");

    @Test
    void aConnectionThatBreaksBeforeTheEndWasSentIsACertainFailure() {
        server.then(Script.onBlock(ScriptedServer.Exchange::cut));
        RemoteChunkWriter writer = open(server.address(), PATIENCE);
        CompletionStage<Void> written = writer.write(block());
        ChunkServerException why = network.failed(writer.receipt(), ErrorCode.UNREACHABLE);
        assertThat(why).hasMessageContaining("server at server:1");
        assertThat(why.failure().transaction()).hasValue(TRANSACTION);
        // Nobody waits for a block of a store that is over.
        assertThat(network.done(written)).isNull();
        assertThat(network.done(writer.write(block()))).isNull();
        writer.finish(20, 0);
    }

    @Test
    void aConnectionThatBreaksAfterTheEndWasSentLeavesTheOutcomeUnknown() {
        server.then(Script.cutAfterTheLastByte());
        ChunkServerException why = network.failed(stored(PATIENCE), ErrorCode.OUTCOME_UNKNOWN);
        assertThat(why).hasMessageContaining("server at server:1 was sent everything and its answer is missing");
        assertThat(why.failure().transaction()).hasValue(TRANSACTION);
    }

    @Test
    void anEndThatWasSentAndMayNotHaveArrivedLeavesTheOutcomeUnknown() {
        server.then(Script.onBlock(ScriptedServer.Exchange::cut));
        network.failed(stored(PATIENCE), ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aServerThatIsSilentAfterTheEndLeavesTheOutcomeUnknown() {
        server.then(Script.silent());
        CompletionStage<?> receipt = stored(SHORT);
        network.failed(receipt, ErrorCode.OUTCOME_UNKNOWN);
        network.run();
        assertThat(server.openConnections()).isZero();
    }

    @Test
    void aStoreThatIsNotFinishedInTimeFailsForCertain() {
        server.then(Script.silent());
        RemoteChunkWriter writer = open(server.address(), SHORT);
        network.done(writer.write(block()));
        assertThat(network.failed(writer.receipt(), ErrorCode.TIMEOUT))
                .hasMessageContaining("server at server:1 was not given all bytes within 500 ms");
    }

    @Test
    void aServerThatNobodyReachesFailsForCertain() {
        RemoteChunkWriter writer = open(new ServerAddress("nobody", 1), PATIENCE);
        CompletionStage<Void> written = writer.write(block());
        writer.finish(10, 0);
        assertThat(network.failed(writer.receipt(), ErrorCode.UNREACHABLE)).hasMessageContaining("nobody:1");
        assertThat(network.done(written)).isNull();
    }

    @Test
    void aRefusalAfterTheEndIsACertainFailure() {
        server.then(Script.onEnd(exchange -> exchange.refuse(Failure.of(ErrorCode.INSUFFICIENT_SPACE, "full"))));
        network.failed(stored(PATIENCE), ErrorCode.INSUFFICIENT_SPACE);
    }

    @Test
    void anAnswerThatIsNoReceiptLeavesTheOutcomeUnknown() {
        server.then(Script.onEnd(exchange -> exchange.answer(new Response.Done())));
        network.failed(stored(PATIENCE), ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void anAnswerInWordsThatNobodyUnderstandsLeavesTheOutcomeUnknown() {
        server.then(Script.onEnd(exchange -> exchange.say("{\"kind\":\"hymn\"}")));
        network.failed(stored(PATIENCE), ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aReceiptOfAnotherTransactionLeavesTheOutcomeUnknown() {
        server.then(Script.onEnd(
                exchange -> exchange.answer(Answers.receipt(store(new TransactionId("somebody", 2, 2), CHUNK)))));
        assertThat(network.failed(stored(PATIENCE), ErrorCode.OUTCOME_UNKNOWN))
                .hasMessageContaining("server at server:1 answered something that is no receipt of the transaction");
    }

    @Test
    void whoGivesUpBeforeTheEndKnowsTheOutcomeAndAfterwardsDoesNot() {
        server.then(Script.silent());
        RemoteChunkWriter before = open(server.address(), PATIENCE);
        network.done(before.write(block()));
        before.cancel(Failure.of(ErrorCode.CANCELLED, "no longer wanted"));
        network.failed(before.receipt(), ErrorCode.CANCELLED);
        RemoteChunkWriter afterwards = open(server.address(), PATIENCE);
        afterwards.finish(0, 0);
        network.run();
        afterwards.cancel(Failure.of(ErrorCode.CANCELLED, "no longer wanted"));
        network.failed(afterwards.receipt(), ErrorCode.OUTCOME_UNKNOWN);
    }

    @Test
    void aConnectionWhoseStoreWasGivenUpIsUsedAgainOnlyAfterTheAnswer() {
        server.then(Script.silent());
        RemoteChunkWriter writer = open(server.address(), PATIENCE);
        network.done(writer.write(block()));
        writer.cancel(Failure.of(ErrorCode.CANCELLED, "no longer wanted"));
        network.run();
        PeerConnection other = network.done(pool.take(server.address(), PATIENCE));
        assertThat(server.connections()).hasSize(2);
        server.connections().get(0).send(Messages.error(1, Failure.of(ErrorCode.CANCELLED, "given up")));
        network.run();
        assertThat(network.done(pool.take(server.address(), PATIENCE))).isNotSameAs(other);
        assertThat(server.connections()).hasSize(2);
    }

    private CompletionStage<?> stored(Duration timeout) {
        RemoteChunkWriter writer = open(server.address(), timeout);
        var unused = writer.write(block());
        writer.finish(10, 0);
        return writer.receipt();
    }

    private RemoteChunkWriter open(ServerAddress primary, Duration timeout) {
        OutgoingChunk chunk =
                OutgoingChunk.open(pool, timers, Target.at(primary), left -> store(TRANSACTION, CHUNK), false, timeout);
        return new RemoteChunkWriter(chunk, primary, TRANSACTION);
    }

    private static Request.Store store(TransactionId transaction, ChunkId chunk) {
        return new Request.Store(
                transaction, chunk, 10, null, Attributes.NONE, null, List.of(), null, PATIENCE, false, 0);
    }

    private static CheckedBlock block() {
        return CheckedBlock.of(ByteBuffer.allocate(10));
    }
}
