package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.ServerRole;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A client that sends requests and takes no answers is held up: what is kept for it does not grow with what it asks. */
class UnsentAnswerTest {

    private static final ServerAddress ADDRESS = new ServerAddress("server", 1);

    private final HeldConnection held = new HeldConnection();

    @Test
    void nothingMoreIsReadUntilTheAnswerToAWrongRequestIsSent() throws Exception {
        try (ChunkServer server = ChunkServer.builder(new MemoryDisk())
                .serverId(new ServerId("a"))
                .start()) {
            EndpointThreads threads = new EndpointThreads(1);
            ServerConnection connection = new ServerConnection(
                    held,
                    hello(),
                    new ChunkRequestHandler(server, ADDRESS, EndpointConfig.DEFAULT, threads),
                    new ExchangeAdmission(1),
                    closed -> {});
            connection.receive(Messages.hello(ClientHello.of(PeerRole.CLIENT, "test/1")));
            held.letGo();
            assertThat(held.isReading()).as("reads after the hello").isTrue();

            connection.receive(wrongRequest());

            assertThat(held.frames()).extracting(Frame::type).containsExactly(FrameType.HELLO, FrameType.ERROR);
            assertThat(held.isReading()).as("reads while the answer is unsent").isFalse();
            held.letGo();
            assertThat(held.isReading()).as("reads when the answer is sent").isTrue();
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
