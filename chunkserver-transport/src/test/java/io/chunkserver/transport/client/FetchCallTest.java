package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.testkit.GatheringSink;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Exchange;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a copy makes of a source that keeps to the protocol, and of one that does not. */
class FetchCallTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Long enough for all frames to be delivered before a timer that is set to it. */
    private static final Duration SHORT = Duration.ofMillis(500);

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final ChunkVersion SECOND = new ChunkVersion(2);
    private static final int BLOCK = 65_536;
    private static final byte[] CONTENT = bytes(5 * BLOCK / 2);
    private static final ChunkInfo INFO = Answers.info(CHUNK, 2, CONTENT);

    private final SteppedNetwork network = new SteppedNetwork();
    private final ScriptedServer source = new ScriptedServer(network.transport(), new ServerAddress("source", 1), "b");
    private final RemoteReplicas replicas = new RemoteReplicas(
            network.transport(), new ReplicasConfig(PATIENCE, SHORT, Duration.ofHours(1), PoolConfig.DEFAULT));
    private final Replica replica = replicas.peer(new Member(new ServerId("b"), "source:1", Location.ORIGIN));
    private final GatheringSink sink = new GatheringSink();

    @AfterEach
    void close() {
        replicas.close();
    }

    @Test
    void whatTheSourceHasGoesIntoTheSink() {
        source.then(Script.onRequest(exchange -> give(exchange, 0)));
        network.done(fetch(0));
        assertThat(sink.info()).isEqualTo(INFO);
        assertThat(sink.bytes()).isEqualTo(CONTENT);
        assertThat(source.requests()).containsExactly(new Request.Fetch(CHUNK, SECOND, 0, FetchCall.LONGEST_COPY));
    }

    @Test
    void itGoesOnFromTheBlockThatHoldsTheOffset() {
        source.then(Script.onRequest(exchange -> give(exchange, BLOCK + 7)));
        network.done(fetch(BLOCK + 7));
        assertThat(sink.bytes()).isEqualTo(Arrays.copyOfRange(CONTENT, BLOCK, CONTENT.length));
    }

    @Test
    void theConnectionServesTheNextCopy() {
        source.then(Script.onRequest(exchange -> give(exchange, CONTENT.length)));
        network.done(fetch(CONTENT.length));
        network.done(replica.fetch(CHUNK, SECOND, CONTENT.length, new GatheringSink()));
        assertThat(source.connections()).hasSize(1);
    }

    @Test
    void aTombstoneHasNoBlocks() {
        ChunkInfo tombstone = new ChunkInfo(CHUNK, SECOND, new TransactionId("c", 1, 1), 0, 0, 0, 200, true);
        source.then(Script.onRequest(exchange -> {
            exchange.answer(new Response.Content(tombstone, Attributes.NONE, 0, 0, 0));
            exchange.end(0, 0);
        }));
        network.done(fetch(BLOCK));
        assertThat(sink.info()).isEqualTo(tombstone);
    }

    @Test
    void aSinkThatHoldsABlockIsGivenNoOtherAndHoldsUpTheSource() {
        byte[] large = bytes(40 * BLOCK);
        ChunkInfo info = Answers.info(CHUNK, 2, large);
        AtomicInteger sent = new AtomicInteger();
        source.then(Script.onRequest(exchange -> {
            exchange.answer(new Response.Content(info, Attributes.NONE, 0, 0, large.length));
            for (int block = 0; block < 40; block++) {
                ByteBuffer body = ByteBuffer.wrap(Arrays.copyOfRange(large, block * BLOCK, (block + 1) * BLOCK));
                var unused = exchange.connection()
                        .send(Frame.data(exchange.id(), body, Crc32c.of(body)))
                        .thenAccept(gone -> sent.incrementAndGet());
            }
            exchange.end(large.length, info.crc32c());
        }));
        sink.hold();
        CompletionStage<Void> copy = fetch(0);
        network.run();
        assertThat(sink.blocks()).isEqualTo(1);
        assertThat(sent.get()).as("blocks that left the source").isLessThan(25);
        for (int block = 2; block <= 40; block++) {
            sink.release();
            network.run();
            assertThat(sink.blocks()).isEqualTo(block);
        }
        assertThat(copy.toCompletableFuture()).isNotDone();
        sink.release();
        network.done(copy);
        assertThat(sink.bytes()).isEqualTo(large);
    }

    @Test
    void aSinkThatRefusesEndsTheCopyWithItsFailureAndItsConnection() {
        source.then(Script.onRequest(exchange -> give(exchange, 0)));
        sink.refuse(new IllegalArgumentException("no more of this"));
        assertThat(network.failed(fetch(0), ErrorCode.INVALID_ARGUMENT)).hasMessageContaining("no more of this");
        network.run();
        assertThat(source.openConnections()).isZero();
    }

    @Test
    void aDamagedBlockDoesNotReachTheSink() {
        source.then(Script.onRequest(exchange -> {
            begin(exchange, 0);
            exchange.block(block(0));
            exchange.send(Frame.data(exchange.id(), ByteBuffer.wrap(block(1)), 17));
        }));
        assertThat(network.failed(fetch(0), ErrorCode.CHECKSUM_MISMATCH))
                .hasMessageContaining("server b")
                .hasMessageContaining("source:1: block 1 of chunk dir/file#0");
        assertThat(sink.blocks()).isEqualTo(1);
    }

    @Test
    void aSourceThatFallsSilentIsGivenUp() {
        source.then(Script.onRequest(exchange -> {
            begin(exchange, 0);
            exchange.block(block(0));
        }));
        CompletionStage<Void> copy = fetch(0);
        assertThat(network.failed(copy, ErrorCode.TIMEOUT))
                .hasMessageContaining("server b")
                .hasMessageContaining("sent nothing of chunk dir/file#0 for 500 ms, after 65536 bytes");
        network.run();
        assertThat(source.openConnections()).isZero();
    }

    @Test
    void aSourceThatGoesAwayOrRefusesIsHeard() {
        source.then(
                Script.cutAtOnce(),
                Script.onRequest(exchange -> {
                    begin(exchange, 0);
                    exchange.block(block(0));
                    exchange.refuse(Failure.of(ErrorCode.CORRUPT, "block 1 is damaged"));
                }),
                Script.refuse(ErrorCode.CHUNK_NOT_FOUND));
        assertThat(network.failed(fetch(0), ErrorCode.UNREACHABLE)).hasMessageContaining("source:1");
        assertThat(network.failed(fetch(0), ErrorCode.CORRUPT)).hasMessageContaining("block 1 is damaged");
        assertThat(sink.blocks()).isEqualTo(1);
        network.failed(replica.fetch(CHUNK, SECOND, 0, new GatheringSink()), ErrorCode.CHUNK_NOT_FOUND);
    }

    @Test
    void aSourceThatIsNotThereIsNamed() {
        Replica nobody = replicas.peer(new Member(new ServerId("z"), "nobody:1", Location.ORIGIN));
        assertThat(network.failed(nobody.fetch(CHUNK, SECOND, 0, sink), ErrorCode.UNREACHABLE))
                .hasMessageContaining("server z")
                .hasMessageContaining("nobody:1");
        Replica other = replicas.peer(new Member(new ServerId("z"), "source:1", Location.ORIGIN));
        assertThat(network.failed(other.fetch(CHUNK, SECOND, 0, sink), ErrorCode.UNREACHABLE))
                .hasMessageContaining("answers server b instead of server z");
    }

    @Test
    void anAnswerThatIsNotTheOneAskedForIsRefused() {
        ChunkInfo otherChunk = Answers.info(ChunkId.parse("other#0"), 2, CONTENT);
        ChunkInfo older = Answers.info(CHUNK, 1, CONTENT);
        for (Response wrong : List.of(
                new Response.Content(otherChunk, Attributes.NONE, 0, 0, CONTENT.length),
                new Response.Content(older, Attributes.NONE, 0, 0, CONTENT.length),
                new Response.Content(INFO, Attributes.NONE, 1, 0, CONTENT.length),
                new Response.Content(INFO, Attributes.NONE, 0, 0, CONTENT.length - 1),
                new Response.Content(INFO, Attributes.NONE, 0, 1, CONTENT.length - 1))) {
            assertBroken(ErrorCode.PROTOCOL_ERROR, Script.onRequest(exchange -> exchange.answer(wrong)));
        }
        assertThat(sink.info()).isNull();
        assertBroken(ErrorCode.PROTOCOL_ERROR, Script.answer(request -> new Response.Done()));
        assertBroken(ErrorCode.PROTOCOL_ERROR, Script.onRequest(exchange -> exchange.block(block(0))));
    }

    @Test
    void blocksThatDoNotMakeUpTheVersionAreRefused() {
        assertBroken(ErrorCode.PROTOCOL_ERROR, Script.onRequest(exchange -> {
            begin(exchange, 0);
            exchange.block(Arrays.copyOf(block(0), BLOCK - 1));
        }));
        assertBroken(ErrorCode.PROTOCOL_ERROR, Script.onRequest(exchange -> {
            begin(exchange, 0);
            for (int block = 0; block < 3; block++) {
                exchange.block(block(block));
            }
            exchange.block(block(2));
        }));
        assertBroken(ErrorCode.CORRUPT, Script.onRequest(exchange -> {
            begin(exchange, 0);
            exchange.end(0, 0);
        }));
        byte[] twisted = CONTENT.clone();
        twisted[3] ^= 1;
        assertBroken(ErrorCode.CORRUPT, Script.onRequest(exchange -> {
            begin(exchange, 0);
            for (int block = 0; block < 3; block++) {
                exchange.block(block(twisted, block));
            }
            exchange.end(twisted.length, Crc32c.of(ByteBuffer.wrap(twisted)));
        }));
    }

    private void assertBroken(ErrorCode code, Script script) {
        source.then(script);
        network.failed(replica.fetch(CHUNK, SECOND, 0, new GatheringSink()), code);
    }

    private CompletionStage<Void> fetch(long offset) {
        return replica.fetch(CHUNK, SECOND, offset, sink);
    }

    private static void begin(Exchange exchange, long offset) {
        exchange.answer(
                new Response.Content(INFO, Attributes.NONE, (int) (offset / BLOCK), offset, CONTENT.length - offset));
    }

    private static void give(Exchange exchange, long offset) {
        begin(exchange, offset);
        int first = (int) (offset / BLOCK) * BLOCK;
        byte[] rest = offset == CONTENT.length ? new byte[0] : Arrays.copyOfRange(CONTENT, first, CONTENT.length);
        for (int block = 0; block * BLOCK < rest.length; block++) {
            exchange.block(block(rest, block));
        }
        exchange.end(rest.length, Crc32c.of(ByteBuffer.wrap(rest)));
    }

    private static byte[] block(int number) {
        return block(CONTENT, number);
    }

    private static byte[] block(byte[] content, int number) {
        return Arrays.copyOfRange(content, number * BLOCK, Math.min(content.length, (number + 1) * BLOCK));
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
