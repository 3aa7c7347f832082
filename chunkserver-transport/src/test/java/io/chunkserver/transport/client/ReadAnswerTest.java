package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Exchange;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.client.ScriptedServer.Step;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a client does about a server that answers a read with what was not asked for: it says so and hands nothing of it on. */
@Timeout(60)
class ReadAnswerTest {

    private static final int BLOCK = 65_536;
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = bytes(3 * BLOCK);

    private final LoopbackNetwork network = new LoopbackNetwork(ForkJoinPool.commonPool());
    private final LoopbackTransport atServer = new LoopbackTransport(network);
    private final LoopbackTransport atClient = new LoopbackTransport(network);
    private final ScriptedServer server = new ScriptedServer(atServer, new ServerAddress("server", 1), "scripted");
    private final ChunkClient client =
            new ChunkClient(atClient, ClientConfig.DEFAULT, InstantSource.system(), new NoDelays(1));

    @AfterEach
    void close() {
        client.close();
        atClient.close();
        atServer.close();
    }

    @Test
    void aRightAnswerIsHandedOn() throws IOException {
        server.then(Script.onRequest(exchange -> send(exchange, BYTES, 0, 3)));
        ExactTarget target = new ExactTarget(BYTES);
        client.read(server.address(), CHUNK, ReadOptions.ALL, target);
        target.assertComplete();
    }

    @Test
    void anotherChunkIsNotTakenForTheOneThatWasAskedFor() {
        assertNothingIsTakenFrom("chunk other#0 instead of chunk " + CHUNK, ReadOptions.ALL, exchange -> {
            exchange.answer(new Response.Content(
                    Answers.info(ChunkId.parse("other#0"), 1, BYTES), Attributes.NONE, 0, 0, BYTES.length));
            send(exchange, 0, 3);
        });
    }

    @Test
    void lessThanWasAskedForIsNotTaken() {
        byte[] shorter = Arrays.copyOf(BYTES, BLOCK);
        assertNothingIsTakenFrom("another range", ReadOptions.range(0, 2 * BLOCK), exchange -> {
            exchange.answer(new Response.Content(Answers.info(CHUNK, 1, shorter), Attributes.NONE, 0, 0, BLOCK));
            send(exchange, 0, 1);
        });
        assertNothingIsTakenFrom("another range", ReadOptions.ALL, exchange -> {
            exchange.answer(new Response.Content(Answers.info(CHUNK, 1, BYTES), Attributes.NONE, 0, 0, BLOCK));
            send(exchange, 0, 1);
        });
    }

    @Test
    void anotherRangeIsNotTaken() {
        assertNothingIsTakenFrom("another range", ReadOptions.range(0, BLOCK), exchange -> {
            exchange.answer(new Response.Content(Answers.info(CHUNK, 1, BYTES), Attributes.NONE, 1, BLOCK, BLOCK));
            send(exchange, 1, 2);
        });
        assertNothingIsTakenFrom("another range", ReadOptions.range(0, BLOCK), exchange -> {
            exchange.answer(new Response.Content(Answers.info(CHUNK, 1, BYTES), Attributes.NONE, 1, 0, BLOCK));
            send(exchange, 1, 2);
        });
    }

    @Test
    void blocksBeyondTheRangeAreNotTaken() {
        assertRefused("nobody asked for", ReadOptions.range(0, BLOCK), exchange -> send(exchange, BYTES, 0, 3));
        assertNothingIsTakenFrom(
                "nobody asked for", ReadOptions.range(BLOCK, 0), exchange -> send(exchange, BYTES, 1, 2));
        assertRefused("cannot have", ReadOptions.ALL, exchange -> {
            exchange.answer(Answers.content(exchange.request(), BYTES));
            send(exchange, 0, 3);
            exchange.block(new byte[BLOCK]);
        });
    }

    @Test
    void aShortBlockInTheMiddleIsNotTaken() {
        assertNothingIsTakenFrom("cannot have", ReadOptions.ALL, exchange -> {
            exchange.answer(Answers.content(exchange.request(), BYTES));
            exchange.block(new byte[BLOCK - 1]);
        });
    }

    @Test
    void anotherKindOfAnswerIsNotTaken() {
        assertNothingIsTakenFrom(
                "answered a read with something else",
                ReadOptions.ALL,
                exchange -> exchange.answer(new Response.Done()));
        assertNothingIsTakenFrom(
                "answered a read with something else", ReadOptions.ALL, exchange -> send(exchange, 0, 1));
        assertNothingIsTakenFrom(
                "answered a read with something else", ReadOptions.ALL, exchange -> exchange.end(0, 0));
        assertNothingIsTakenFrom("answered a read twice", ReadOptions.ALL, exchange -> {
            exchange.answer(Answers.content(exchange.request(), BYTES));
            exchange.answer(Answers.content(exchange.request(), BYTES));
        });
    }

    @Test
    void anEndThatTellsAnotherChecksumIsNoEnd() {
        assertRefusedAs(ErrorCode.CORRUPT, "do not match the checksum of all of them", ReadOptions.ALL, exchange -> {
            exchange.answer(Answers.content(exchange.request(), BYTES));
            send(exchange, 0, 3);
            exchange.end(BYTES.length, 1);
        });
    }

    @Test
    void aVersionThatChangesBetweenTwoTriesIsToldAndNotMixed() {
        byte[] newer = bytes(2 * BLOCK);
        server.then(
                Script.onRequest(exchange -> {
                    exchange.answer(Answers.content(exchange.request(), BYTES));
                    send(exchange, 0, 1);
                    exchange.refuse(Failure.of(ErrorCode.OVERLOADED, "later"));
                }),
                Script.onRequest(exchange -> exchange.answer(
                        new Response.Content(Answers.info(CHUNK, 2, newer), Attributes.NONE, 1, BLOCK, BLOCK))));
        ExactTarget target = new ExactTarget(BYTES);
        assertThatThrownBy(() -> client.read(server.address(), CHUNK, ReadOptions.ALL, target))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT))
                .hasMessageContaining("replaced version 1 of chunk " + CHUNK + " by version 2")
                .hasMessageContaining("read it again from the start");
        assertThat(target.delivered()).isEqualTo(BLOCK);
        assertThat(server.requests(Request.Read.class))
                .extracting(Request.Read::offset)
                .containsExactly(0L, (long) BLOCK);
    }

    @Test
    void aServerThatStopsInTheMiddleTimesOutAndIsNamed() {
        server.then(Script.onRequest(exchange -> {
            exchange.answer(Answers.content(exchange.request(), BYTES));
            send(exchange, 0, 1);
        }));
        ExactTarget target = new ExactTarget(BYTES);
        try (ChunkClient hasty =
                new ChunkClient(atClient, ClientConfig.DEFAULT.withTransferTimeout(Duration.ofMillis(500)))) {
            assertThatThrownBy(() -> hasty.read(server.address(), CHUNK, ReadOptions.ALL, target))
                    .isInstanceOfSatisfying(
                            ChunkServerException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT))
                    .hasMessageContaining(server.address().toString())
                    .hasMessageContaining("sent " + target.delivered() + " bytes of chunk " + CHUNK);
        }
    }

    private void assertNothingIsTakenFrom(String words, ReadOptions options, Step step) {
        ExactTarget nothing = new ExactTarget(new byte[0]);
        assertRefused(ErrorCode.PROTOCOL_ERROR, words, options, nothing, step);
        assertThat(nothing.delivered()).isZero();
    }

    private void assertRefused(String words, ReadOptions options, Step step) {
        assertRefusedAs(ErrorCode.PROTOCOL_ERROR, words, options, step);
    }

    private void assertRefusedAs(ErrorCode code, String words, ReadOptions options, Step step) {
        assertRefused(code, words, options, OutputStream.nullOutputStream(), step);
    }

    private void assertRefused(ErrorCode code, String words, ReadOptions options, OutputStream target, Step step) {
        server.then(Script.onRequest(step));
        assertThatThrownBy(() -> client.read(server.address(), CHUNK, options, target))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(server.address().toString())
                .hasMessageContaining(words);
    }

    /** A whole answer: the content, blocks and an end that fits them. */
    private static void send(Exchange exchange, byte[] bytes, int from, int to) {
        exchange.answer(Answers.content(exchange.request(), bytes));
        send(exchange, from, to);
        exchange.end((long) (to - from) * BLOCK, Crc32c.of(ByteBuffer.wrap(bytes, from * BLOCK, (to - from) * BLOCK)));
    }

    private static void send(Exchange exchange, int from, int to) {
        for (int block = from; block < to; block++) {
            exchange.block(Arrays.copyOfRange(BYTES, block * BLOCK, (block + 1) * BLOCK));
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
