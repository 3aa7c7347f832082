package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Response;
import io.chunkserver.transport.testkit.RecordingReceiver;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A client without a will of its own: sends the frames that it is given, in any order and number, and shows what comes back. */
final class RawPeer implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(RecordingReceiver.PATIENCE_SECONDS);

    private final RecordingReceiver receiver;
    private final Connection connection;

    private RawPeer(RecordingReceiver receiver, Connection connection) {
        this.receiver = receiver;
        this.connection = connection;
    }

    /** A connection on which nothing was said yet. */
    static RawPeer dial(Transport transport, ServerAddress server) throws Exception {
        RecordingReceiver receiver = new RecordingReceiver();
        Connection connection = transport
                .connect(server, PATIENCE, opened -> receiver)
                .toCompletableFuture()
                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        return new RawPeer(receiver, connection);
    }

    /** A connection whose hello was answered. */
    static RawPeer greet(Transport transport, ServerAddress server) throws Exception {
        RawPeer peer = dial(transport, server);
        peer.send(Messages.hello(ClientHello.of(PeerRole.CLIENT, "raw/1")));
        assertThat(peer.receiver.take().type()).isEqualTo(FrameType.HELLO);
        return peer;
    }

    /** Leaves what comes from now on to the buffers on the way. */
    void stopReading() {
        connection.setReading(false);
    }

    void send(Frame frame) {
        var unused = connection.send(frame);
    }

    /** Sends a header as it is written here. */
    void send(FrameType type, int requestId, String header) {
        send(Frame.of(type, requestId, ByteBuffer.wrap(header.getBytes(StandardCharsets.UTF_8))));
    }

    /** Sends a request whose JSON nobody has checked. */
    void request(int requestId, String json) {
        send(FrameType.REQUEST, requestId, json);
    }

    /** The next frame, which must be the refusal of this request. */
    Failure refusal(int requestId) throws Exception {
        Received next = receiver.take();
        assertThat(next.type())
                .as("frame after request %s: %s", requestId, words(next))
                .isEqualTo(FrameType.ERROR);
        assertThat(next.requestId()).as("request that %s is about", words(next)).isEqualTo(requestId);
        return Messages.error(frame(next));
    }

    /** The next frame, which must be the answer to this request. */
    Response answer(int requestId) throws Exception {
        Received next = receiver.take();
        assertThat(next.type())
                .as("frame after request %s: %s", requestId, words(next))
                .isEqualTo(FrameType.RESPONSE);
        assertThat(next.requestId()).as("request that %s answers", words(next)).isEqualTo(requestId);
        return Messages.response(frame(next));
    }

    /** Fails unless the server goes on to answer on this connection. */
    void assertStillServed(int requestId) throws Exception {
        request(requestId, "{\"op\":\"status\",\"timeoutMillis\":10000}");
        assertThat(answer(requestId)).isInstanceOf(Response.Status.class);
    }

    /** Fails unless the server has told why it ends the connection, and ends it. */
    Failure assertSentAway() throws Exception {
        Failure why = refusal(0);
        assertEnded();
        return why;
    }

    /** Fails unless the connection ends, with nothing more to be heard. */
    void assertEnded() throws Exception {
        var unused = receiver.awaitClosed();
        assertThat(receiver.waiting()).as("frames before the end").isZero();
    }

    private static Frame frame(Received received) {
        return Frame.of(received.type(), received.requestId(), received.header());
    }

    private static String words(Received received) {
        return received.type() + " "
                + StandardCharsets.UTF_8.decode(received.header().duplicate());
    }

    @Override
    public void close() {
        connection.close();
        receiver.check();
    }
}
