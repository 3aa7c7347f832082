package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ScriptedServer.Exchange;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which connections reads are done on, which of them are kept, and what becomes of one that breaks. Nothing is tried again after a delay here. */
@Timeout(60)
abstract class ReadConnectionContract {

    private static final int BLOCK = 65_536;
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = new byte[2 * BLOCK];
    private static final Duration LONG = Duration.ofHours(1);

    private final Transport atServer = newTransport();
    private final Transport atClient = newTransport();
    private final ScriptedServer server = new ScriptedServer(atServer, anyPort(), "scripted");
    private final List<ChunkClient> clients = new ArrayList<>();
    private final ChunkClient client = client(ClientConfig.DEFAULT);

    /** A transport that reaches all others made by this. */
    abstract Transport newTransport();

    /** An address to listen at, with port 0. */
    abstract ServerAddress anyPort();

    private ChunkClient client(ClientConfig config) {
        ChunkClient made = new ChunkClient(atClient, config.withRetries(RetryConfig.NONE));
        clients.add(made);
        return made;
    }

    @AfterEach
    void close() {
        clients.forEach(ChunkClient::close);
        atClient.close();
        atServer.close();
    }

    private static Script right() {
        return Script.onRequest(ReadConnectionContract::answer);
    }

    private static void answer(Exchange exchange) {
        int from = (int) ((Request.Read) exchange.request()).offset();
        exchange.answer(Answers.content(exchange.request(), BYTES));
        for (int at = from; at < BYTES.length; at += BLOCK) {
            exchange.block(Arrays.copyOfRange(BYTES, at, at + BLOCK));
        }
        exchange.end(BYTES.length - from, Crc32c.of(ByteBuffer.wrap(BYTES, from, BYTES.length - from)));
    }

    private void read(ChunkClient by) throws IOException {
        ExactTarget target = new ExactTarget(BYTES);
        by.read(server.address(), CHUNK, ReadOptions.ALL, target);
        target.assertComplete();
    }

    private void assertFails(ErrorCode code, String words, ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(server.address().toString())
                .hasMessageContaining(words);
    }

    @Test
    void oneReadAfterTheOtherIsDoneOnOneConnection() throws IOException {
        server.then(right());
        read(client);
        read(client);
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void aConnectionThatDiedWhileNobodyUsedItIsReplacedAtOnce() throws IOException {
        server.then(right());
        read(client);
        server.connections().get(0).close();
        read(client);
        assertThat(server.connections()).hasSize(2);
    }

    /** As when a server was started again: all idle connections have died, and each is found out by itself. */
    @Test
    void ofSeveralThatDiedEachIsReplacedAtOnce() throws Exception {
        server.then(right());
        CompletableFuture<Void> second = new CompletableFuture<>();
        OutputStream inTheMiddle = new OutputStream() {
            @Override
            public void write(int one) {}

            @Override
            public void write(byte[] bytes, int at, int length) throws IOException {
                if (!second.isDone()) {
                    read(client);
                    second.complete(null);
                }
            }
        };
        client.read(server.address(), CHUNK, ReadOptions.ALL, inTheMiddle);
        assertThat(server.connections()).hasSize(2);
        server.connections().forEach(connection -> connection.close());
        read(client);
        read(client);
        read(client);
        assertThat(server.connections()).hasSize(3);
    }

    @Test
    void aNewConnectionThatBreaksIsNoReasonToOpenAnother() {
        server.then(Script.cutAtOnce());
        assertFails(ErrorCode.UNREACHABLE, "closed", () -> read(client));
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void oneThatBreaksWhenBytesHaveComeIsNotTakenForDead() throws IOException {
        server.then(right(), Script.onRequest(exchange -> {
            exchange.answer(Answers.content(exchange.request(), BYTES));
            exchange.block(Arrays.copyOf(BYTES, BLOCK));
            exchange.cut();
        }));
        read(client);
        assertFails(ErrorCode.UNREACHABLE, "closed", () -> read(client));
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void aRefusedReadLeavesItsConnectionForTheNext() throws IOException {
        server.then(Script.refuse(ErrorCode.CHUNK_NOT_FOUND), right());
        assertThatThrownBy(() -> read(client)).hasMessageContaining("as the script says");
        read(client);
        assertThat(server.connections()).hasSize(1);
    }

    /** The server answers: it is another that cannot be reached. */
    @Test
    void aServerThatCannotReachAnotherIsNotTakenForDead() throws IOException {
        Failure why = Failure.of(ErrorCode.UNREACHABLE, "the coordinator cannot be reached")
                .at(server.id());
        server.then(right(), Script.onRequest(exchange -> exchange.refuse(why)));
        read(client);
        assertThatThrownBy(() -> read(client)).hasMessageContaining("the coordinator cannot be reached");
        assertThat(server.requests()).hasSize(2);
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void aReadThatIsGivenUpClosesItsConnection() throws IOException {
        server.then(right());
        assertThatThrownBy(() -> client.read(server.address(), CHUNK, ReadOptions.ALL, new OutputStream() {
                    @Override
                    public void write(int one) throws IOException {
                        throw new IOException("no room");
                    }
                }))
                .hasMessage("no room");
        await().until(() -> server.openConnections() == 0);
        read(client);
        assertThat(server.connections()).hasSize(2);
    }

    @Test
    void whatIsLeftOfAnEarlierReadIsSkipped() throws IOException {
        server.then(Script.onRequest(exchange -> {
            answer(exchange);
            exchange.block(new byte[10]);
        }));
        for (int i = 0; i < 3; i++) {
            read(client);
        }
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void whatBelongsToNoReadIsSkipped() throws IOException {
        server.then(Script.onRequest(exchange -> {
            exchange.send(Messages.end(0, new End(0, 0)));
            answer(exchange);
        }));
        read(client);
        read(client);
        assertThat(server.connections()).hasSize(1);
    }

    @Test
    void anAnswerToWhatWasNotAskedYetEndsTheConnection() {
        server.then(Script.onRequest(
                exchange -> exchange.send(Frame.data(exchange.id() + 1, ByteBuffer.wrap(new byte[] {1}), 0))));
        assertFails(ErrorCode.PROTOCOL_ERROR, "answered request 2 before it was sent", () -> read(client));
        await().until(() -> server.openConnections() == 0);
    }

    @Test
    void aFrameThatNoServerSendsEndsTheConnection() {
        server.then(Script.onRequest(exchange -> exchange.send(Messages.cancel(exchange.id()))));
        assertFails(ErrorCode.PROTOCOL_ERROR, "does not send CANCEL frames", () -> read(client));
        await().until(() -> server.openConnections() == 0);
    }

    @Test
    void aServerThatEndsTheConversationIsHeardAndItsConnectionNotUsedAgain() throws IOException {
        server.then(
                Script.onRequest(exchange -> exchange.send(
                        Messages.error(0, Failure.of(ErrorCode.PROTOCOL_ERROR, "a request came before a hello")))),
                right());
        assertFails(ErrorCode.PROTOCOL_ERROR, "came before a hello", () -> read(client));
        await().until(() -> server.openConnections() == 0);
        read(client);
    }

    @Test
    void aServerThatDoesNotAnswerTheHelloIsUnreachableAndItsConnectionClosed() {
        server.greet(() -> null);
        ChunkClient hasty = client(ClientConfig.DEFAULT.withConnectTimeout(Duration.ofMillis(50)));
        assertFails(ErrorCode.UNREACHABLE, "did not answer within 50 ms", () -> read(hasty));
        await().until(() -> server.openConnections() == 0);
    }

    @Test
    void whoeverClosesWithoutAGreetingIsNamedWithWhatToLookAt() {
        server.greet(() -> {
            server.connections().forEach(Connection::close);
            return null;
        });
        assertThatThrownBy(() -> read(client)).isInstanceOfSatisfying(ChunkServerException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE);
            assertThat(e.failure().describe())
                    .contains(server.address().toString())
                    .contains("closed without a greeting")
                    .contains(FrameFormat.NO_GREETING_HINT);
        });
    }

    @Test
    void whoeverAnswersTheHelloWithSomethingElseIsNoServer() {
        server.greet(() -> Frame.of(FrameType.HELLO, 0, ByteBuffer.wrap(new byte[] {'{', '}'})));
        assertFails(ErrorCode.PROTOCOL_ERROR, "server hello", () -> read(client));
        await().until(() -> server.openConnections() == 0);
    }

    @Test
    void aServerThatRefusesTheHelloIsHeard() {
        server.greet(() -> Messages.error(0, Failure.of(ErrorCode.PROTOCOL_ERROR, "version 9 is spoken here")));
        assertFails(ErrorCode.PROTOCOL_ERROR, "version 9 is spoken here", () -> read(client));
        await().until(() -> server.openConnections() == 0);
    }

    @Test
    void aClientThatKeepsNoneClosesEach() throws IOException {
        server.then(right());
        ChunkClient sparing = client(ClientConfig.DEFAULT.withPool(new PoolConfig(0, 0, LONG)));
        read(sparing);
        await().until(() -> server.openConnections() == 0);
        read(sparing);
        assertThat(server.connections()).hasSize(2);
    }

    @Test
    void whatNobodyUsedForTheIdleTimeIsClosed() throws IOException {
        server.then(right());
        read(client(ClientConfig.DEFAULT.withPool(new PoolConfig(8, 8, Duration.ofMillis(2)))));
        await().until(() -> server.openConnections() == 0);
    }

    @Test
    void aClientThatIsClosedEndsItsReadsAndBeginsNone() throws Exception {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        server.then(Script.onRequest(exchange -> asked.complete(null)));
        CompletableFuture<Void> over =
                CompletableFuture.runAsync(() -> assertFails(ErrorCode.UNREACHABLE, "closed", () -> read(client)));
        asked.get(20, TimeUnit.SECONDS);
        client.close();
        over.get(20, TimeUnit.SECONDS);
        assertFails(ErrorCode.UNREACHABLE, "the client is closed", () -> read(client));
        await().until(() -> server.openConnections() == 0);
    }
}
