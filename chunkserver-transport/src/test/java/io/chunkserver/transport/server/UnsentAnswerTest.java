package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;

/** A client that takes no answers is held up, or sent away: what is kept for it does not grow with what it sends. */
class UnsentAnswerTest {

    private static final ServerAddress ADDRESS = new ServerAddress("server", 1);

    private final HeldConnection held = new HeldConnection();

    private final ExchangeAdmission admission = new ExchangeAdmission(1);

    private ChunkServer server;

    @Test
    void nothingMoreIsReadUntilTheAnswerToAWrongRequestIsSent() throws Exception {
        onServer(connection -> {
            connection.receive(wrongRequest());

            assertThat(held.frames()).extracting(Frame::type).containsExactly(FrameType.HELLO, FrameType.ERROR);
            assertThat(held.isReading()).as("reads while the answer is unsent").isFalse();
            held.letGo();
            assertThat(held.isReading()).as("reads when the answer is sent").isTrue();
        });
    }

    @Test
    void aReadCountsUntilItsLastFrameIsSent() throws Exception {
        onServer(connection -> {
            Request.Read read =
                    new Request.Read(ChunkId.parse("x#0"), 0, null, ReadMode.COMMITTED, Duration.ofSeconds(60));
            connection.receive(Messages.request(1, read));
            await().until(() -> held.frames().size() == 2);
            assertThat(Messages.error(held.frames().get(1)).code()).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);

            assertThat(admission.enter(read))
                    .as("another while the answer is unsent")
                    .isPresent();
            held.letGo();
            assertThat(admission.enter(read))
                    .as("another when the answer is sent")
                    .isEmpty();
        });
    }

    @Test
    void theAnswerToASmallReadLeavesTogether() throws Exception {
        onServer(connection -> {
            ChunkId chunk = ChunkId.parse("x#0");
            store(chunk, ByteBuffer.allocate(100));
            connection.receive(
                    Messages.request(1, new Request.Read(chunk, 10, 20L, ReadMode.COMMITTED, Duration.ofSeconds(60))));
            await().until(() -> held.sends().size() == 2);
            assertThat(held.sends().get(1))
                    .extracting(Frame::type)
                    .containsExactly(FrameType.RESPONSE, FrameType.DATA, FrameType.END);
        });
    }

    @Test
    void whatComesAfterTheLastFrameIsDroppedAndItsBuffersAreGivenBack() throws Exception {
        AtomicReference<Answer> answer = new AtomicReference<>();
        ServerConnection connection = greeted((request, given, gate, sequence) -> {
            answer.set(given);
            return new ReplyOnly();
        });
        connection.receive(Messages.request(1, new Request.Status(Duration.ofSeconds(60))));
        AtomicInteger gone = new AtomicInteger();
        answer.get().last(List.of(Messages.end(1, new End(0, 0))), gone::incrementAndGet);
        assertThat(gone).as("given back while they are unsent").hasValue(0);
        answer.get().last(List.of(Messages.end(1, new End(0, 0))), gone::incrementAndGet);
        assertThat(gone).as("given back where they are dropped").hasValue(1);
        held.letGo();
        assertThat(gone).as("given back when they are sent").hasValue(2);
        assertThat(held.frames()).extracting(Frame::type).containsExactly(FrameType.HELLO, FrameType.END);
    }

    @Test
    void aClientThatIsRefusedIsToldOnceAndAllThatItSendsFurtherIsDropped() throws Exception {
        Request.Status status = new Request.Status(Duration.ofSeconds(60));
        ServerConnection connection = greeted((request, answer, gate, sequence) -> new ReplyOnly());
        connection.receive(Messages.request(1, status));
        AtomicInteger released = new AtomicInteger();
        List<Frame> bad = List.of(
                secondHello(),
                secondHello(),
                Messages.request(2, status),
                Messages.request(1, status),
                Frame.of(FrameType.RESPONSE, 1, ByteBuffer.allocate(0)),
                Frame.data(1, ByteBuffer.allocate(10), 0));
        bad.forEach(frame -> connection.receive(counted(frame, released)));

        assertThat(held.frames()).extracting(Frame::type).containsExactly(FrameType.HELLO, FrameType.ERROR);
        assertThat(Messages.error(held.frames().get(1)).message()).contains("a hello came twice");
        assertThat(released).as("frames given back").hasValue(bad.size());
        assertThat(held.isClosed())
                .as("closed though the peer has not taken the word")
                .isTrue();
    }

    @Test
    void aClientThatNeverGreetsRightIsToldOnce() throws Exception {
        ServerConnection connection = ungreeted((request, answer, gate, sequence) -> new ReplyOnly());
        AtomicInteger released = new AtomicInteger();
        for (int i = 0; i < 3; i++) {
            connection.receive(counted(Frame.of(FrameType.HELLO, 0, ByteBuffer.allocate(0)), released));
        }
        assertThat(held.frames()).extracting(Frame::type).containsExactly(FrameType.ERROR);
        assertThat(released).as("frames given back").hasValue(3);
        assertThat(held.isClosed()).isTrue();
    }

    @Test
    void aClientThatTakesNothingForATimeoutLosesItsConnection() throws Exception {
        onServer(connection -> {
            // Sees that the hello was taken.
            connection.look(Duration.ofSeconds(30));
            connection.receive(wrongRequest());
            for (int look = 0; look < 4; look++) {
                connection.look(Duration.ofSeconds(30));
                assertThat(held.isClosed()).as("closed at look %s", look).isFalse();
            }
            connection.look(Duration.ofSeconds(30));
            assertThat(held.isClosed()).isTrue();
        });
    }

    @Test
    void aClientThatHasTakenEverythingMayBeSilent() throws Exception {
        onServer(connection -> {
            for (int look = 0; look < 100; look++) {
                connection.look(Duration.ofSeconds(30));
            }
            assertThat(held.isClosed()).isFalse();
        });
    }

    /** Greets, and has the hello taken. */
    private void onServer(ThrowingConsumer<ServerConnection> test) throws Exception {
        EndpointThreads threads = new EndpointThreads(1);
        try (ChunkServer running = ChunkServer.builder(new MemoryDisk())
                .serverId(new ServerId("a"))
                .start()) {
            server = running;
            test.accept(greeted(new ChunkRequestHandler(running, ADDRESS, EndpointConfig.DEFAULT, threads)));
        } finally {
            threads.close();
        }
    }

    private ServerConnection greeted(RequestHandler handler) {
        ServerConnection connection = ungreeted(handler);
        connection.receive(Messages.hello(ClientHello.of(PeerRole.CLIENT, "test/1")));
        held.letGo();
        assertThat(held.isReading()).as("reads after the hello").isTrue();
        return connection;
    }

    private ServerConnection ungreeted(RequestHandler handler) {
        return new ServerConnection(held, hello(), handler, admission, EndpointObserver.NONE, closed -> {});
    }

    private void store(ChunkId chunk, ByteBuffer bytes) throws Exception {
        ChunkWriter writer = server.begin(
                        new StoreRequest(
                                new TransactionId("test", 1, 1),
                                chunk,
                                false,
                                bytes.remaining(),
                                null,
                                Attributes.NONE,
                                Durability.SYNC,
                                Duration.ofSeconds(60)),
                        List.of())
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);
        CheckedBlock block = CheckedBlock.of(bytes);
        writer.write(block);
        writer.finish(bytes.remaining(), block.crc32c());
        writer.receipt().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static Frame secondHello() {
        return Messages.hello(ClientHello.of(PeerRole.CLIENT, "test/1"));
    }

    /** The same frame, which counts when it is given back. */
    private static Frame counted(Frame frame, AtomicInteger released) {
        return new Frame(
                frame.type(),
                frame.requestId(),
                frame.header(),
                frame.body(),
                frame.bodyCrc32c(),
                released::incrementAndGet);
    }

    private static Frame wrongRequest() {
        return Frame.of(FrameType.REQUEST, 1, ByteBuffer.wrap("{}".getBytes(StandardCharsets.UTF_8)));
    }

    private static ServerHello hello() {
        return new ServerHello(
                ServerRole.SERVER,
                1,
                new ServerId("a"),
                new UUID(0, 1),
                new UUID(0, 2),
                ADDRESS,
                new Location(0, 0),
                64 << 20,
                "test/1");
    }
}
