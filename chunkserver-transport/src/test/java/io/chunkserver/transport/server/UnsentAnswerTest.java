package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.Test;

/** A client that sends requests and takes no answers is held up: what is kept for it does not grow with what it asks. */
class UnsentAnswerTest {

    private static final ServerAddress ADDRESS = new ServerAddress("server", 1);

    private final HeldConnection held = new HeldConnection();

    private final ExchangeAdmission admission = new ExchangeAdmission(1);

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
        try (ChunkServer server = ChunkServer.builder(new MemoryDisk())
                .serverId(new ServerId("a"))
                .start()) {
            ServerConnection connection = new ServerConnection(
                    held,
                    hello(),
                    new ChunkRequestHandler(server, ADDRESS, EndpointConfig.DEFAULT, threads),
                    admission,
                    EndpointObserver.NONE,
                    closed -> {});
            connection.receive(Messages.hello(ClientHello.of(PeerRole.CLIENT, "test/1")));
            held.letGo();
            assertThat(held.isReading()).as("reads after the hello").isTrue();
            test.accept(connection);
        } finally {
            threads.close();
        }
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
