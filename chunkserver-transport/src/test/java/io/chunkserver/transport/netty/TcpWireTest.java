package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.BlockingConnection;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.FrameFormat;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Preamble;
import io.chunkserver.transport.testkit.RecordingReceiver;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a TCP listener does with peers that are no transport of ours, seen from a bare socket. */
@Timeout(60)
class TcpWireTest {

    private static final int VERSION_AT = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(RecordingReceiver.PATIENCE_SECONDS);
    private static final Duration SHORT = Duration.ofMillis(200);

    private final List<AutoCloseable> opened = new ArrayList<>();
    private final RecordingReceiver atServer = new RecordingReceiver();
    private final AtomicInteger madeCount = new AtomicInteger();
    private TcpTransport transport;
    private Listener listener;

    @BeforeEach
    void listen() throws Exception {
        listen(TcpTransportConfig.DEFAULT);
    }

    private void listen(TcpTransportConfig config) throws Exception {
        TcpTransport made = new TcpTransport(config);
        opened.add(made);
        transport = made;
        listener = get(made.listen(
                new ServerAddress("127.0.0.1", 0),
                connection -> madeCount.incrementAndGet() == 1 ? atServer : new RecordingReceiver()));
    }

    @AfterEach
    void leaveNothing() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
        atServer.check();
        assertThat(transport.bytesInUse()).isZero();
    }

    @Test
    void aWebBrowserIsSentAwayWithoutAWord() throws Exception {
        Socket socket = dial();
        socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertEnds(socket);
        assertProtocolError("not a chunk server protocol");
    }

    @Test
    void aFewForeignBytesAreEnoughToBeSentAway() throws Exception {
        Socket socket = dial();
        socket.getOutputStream().write(0);
        assertEnds(socket);
        assertProtocolError("not a chunk server protocol");
    }

    @Test
    void aNewerVersionIsToldSoBeforeTheEnd() throws Exception {
        Socket socket = dial();
        byte[] hello = bytes(Frame.of(FrameType.HELLO, 0, ByteBuffer.wrap(new byte[] {'{', '}'})));
        hello[VERSION_AT] = 9;
        socket.getOutputStream().write(sealed(hello));
        assertThat(readError(socket)).contains("protocol_error").contains("version 9, which is newer");
        assertEnds(socket);
        assertProtocolError("version 9");
    }

    @Test
    void aDamagedHeaderIsToldSoBeforeTheEnd() throws Exception {
        Socket socket = dial();
        byte[] request = bytes(Frame.of(FrameType.REQUEST, 1, ByteBuffer.wrap(new byte[] {'{', '}'})));
        request[request.length - 1] ^= 1;
        socket.getOutputStream().write(request);
        assertThat(readError(socket)).contains("header of a REQUEST frame was damaged");
        assertEnds(socket);
        assertProtocolError("damaged");
    }

    @Test
    void whatCameBeforeTheDamageIsReceived() throws Exception {
        Socket socket = dial();
        Frame block = Frame.data(1, ByteBuffer.wrap(new byte[] {1, 2, 3}), 4);
        OutputStream out = socket.getOutputStream();
        out.write(bytes(block));
        out.write(new byte[FrameFormat.PREAMBLE_BYTES]);
        assertThat(atServer.take()).isEqualTo(RecordingReceiver.Received.of(block));
        assertProtocolError("not a chunk server protocol");
    }

    @Test
    void aFrameMayComeByteByByte() throws Exception {
        Socket socket = dial();
        socket.setTcpNoDelay(true);
        Frame frame =
                Frame.of(FrameType.REQUEST, 5, ByteBuffer.wrap("{\"op\":\"status\"}".getBytes(StandardCharsets.UTF_8)));
        for (byte next : bytes(frame)) {
            socket.getOutputStream().write(next);
        }
        assertThat(atServer.take()).isEqualTo(RecordingReceiver.Received.of(frame));
    }

    @Test
    void anEndWithinAFrameIsNoOrderlyEnd() throws Exception {
        Socket socket = dial();
        socket.getOutputStream().write(bytes(Frame.data(1, ByteBuffer.allocate(1000), 0)), 0, 500);
        socket.close();
        assertThat(atServer.awaitClosed().orElseThrow())
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE))
                .hasMessageContaining("within a frame");
    }

    @Test
    void aConnectionOverTheLimitIsClosedAndRoomIsMadeByOneThatEnds() throws Exception {
        listen(config(1, Duration.ofMinutes(1)));
        Socket first = dial();
        Frame block = Frame.data(1, ByteBuffer.allocate(1), 0);
        first.getOutputStream().write(bytes(block));
        atServer.take();
        assertEnds(dial());
        first.close();
        atServer.awaitClosed();
        await().untilAsserted(() -> {
            dial();
            assertThat(madeCount.get()).isGreaterThan(1);
        });
    }

    @Test
    void aSilentConnectionIsClosed() throws Exception {
        listen(config(10, SHORT));
        assertEnds(dial());
        assertThat(atServer.awaitClosed().orElseThrow())
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT));
    }

    @Test
    void aPeerThatNeverClosesIsLeftAfterTheLingerTimeout() throws Exception {
        listen(config(10, Duration.ofMinutes(1)));
        Socket socket = dial();
        socket.getOutputStream().write(bytes(Frame.data(1, ByteBuffer.allocate(1), 0)));
        atServer.take();
        long start = System.nanoTime();
        transport.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, PATIENCE);
        assertEnds(socket);
    }

    @Test
    void aServerThatSaysNothingForLongIsTakenForGoneByTheThreadThatWaits() throws Exception {
        TcpTransport impatient = new TcpTransport(new TcpTransportConfig(1, 1, 1, SHORT, PATIENCE, PATIENCE));
        opened.add(impatient);
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                BlockingConnection connection =
                        impatient.open(new ServerAddress("127.0.0.1", silent.getLocalPort()), PATIENCE)) {
            assertThatThrownBy(() -> connection.receive(PATIENCE))
                    .isInstanceOfSatisfying(
                            ChunkServerException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE))
                    .hasMessageContaining("nothing moved on it for " + SHORT.toMillis() + " ms");
        }
    }

    @Test
    void aTransportThatIsClosedEndsTheWaitForAConnection() throws Exception {
        ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        opened.add(full);
        for (int i = 0; i < 2; i++) {
            opened.add(new Socket(full.getInetAddress(), full.getLocalPort()));
        }
        CompletableFuture<ErrorCode> told = CompletableFuture.supplyAsync(() -> {
            try (BlockingConnection connection =
                    transport.open(new ServerAddress("127.0.0.1", full.getLocalPort()), PATIENCE)) {
                throw new AssertionError("connected with " + connection.remote());
            } catch (ChunkServerException e) {
                return e.code();
            }
        });
        await().until(() -> transport.blockingConnections() == 1);
        transport.close();
        assertThat(get(told)).isEqualTo(ErrorCode.UNREACHABLE);
    }

    @Test
    void aServerThatDoesNotAcceptTimesOut() throws Exception {
        ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        opened.add(full);
        ServerAddress address = new ServerAddress("127.0.0.1", full.getLocalPort());
        // The operating system completes a few connections on its own, until its queue is full.
        ErrorCode code = null;
        for (int i = 0; i < 10 && code == null; i++) {
            try {
                get(transport.connect(address, SHORT, connection -> new RecordingReceiver()));
            } catch (ExecutionException e) {
                assertThat(e).hasMessageContaining(address.toString());
                code = ChunkServerException.from(e).code();
            }
        }
        assertThat(code).isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void aServerThatClosesAtOnceIsFoundOutAndNoDefect() throws Exception {
        listen(config(1, Duration.ofMinutes(1)));
        Socket first = dial();
        first.getOutputStream().write(bytes(Frame.data(1, ByteBuffer.allocate(1), 0)));
        atServer.take();
        // All further ones are closed as soon as they are accepted, some of them before they are noticed to be open.
        for (int i = 0; i < 2000; i++) {
            RecordingReceiver receiver = new RecordingReceiver();
            try {
                get(transport.connect(listener.address(), PATIENCE, connection -> receiver));
                receiver.awaitClosed();
            } catch (ExecutionException e) {
                assertThat(e).hasCauseInstanceOf(ChunkServerException.class);
                assertThat(ChunkServerException.from(e).code()).isEqualTo(ErrorCode.UNREACHABLE);
            }
        }
    }

    @Test
    void framesLeaveAsThePageOfTheProtocolDrawsThem() throws Exception {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        opened.add(server);
        ServerAddress address = new ServerAddress("127.0.0.1", server.getLocalPort());
        Connection connection = get(transport.connect(address, PATIENCE, made -> new RecordingReceiver()));
        Frame frame = Frame.data(3, ByteBuffer.wrap(new byte[] {7, 8, 9}), 42);
        connection.send(frame);
        try (Socket socket = server.accept()) {
            assertThat(socket.getInputStream().readNBytes(FrameFormat.PREAMBLE_BYTES + 3))
                    .isEqualTo(bytes(frame));
        }
    }

    private static TcpTransportConfig config(int maxConnections, Duration idleTimeout) {
        return new TcpTransportConfig(1, maxConnections, 10, idleTimeout, PATIENCE, SHORT);
    }

    private Socket dial() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), listener.address().port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        opened.add(socket);
        return socket;
    }

    private static void assertEnds(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            // A reset is an end as well.
            assertThat(e).hasMessageContaining("reset");
        }
    }

    private void assertProtocolError(String words) throws Exception {
        assertThat(atServer.awaitClosed().orElseThrow())
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR))
                .hasMessageContaining(words);
    }

    private static String readError(Socket socket) throws Exception {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] preambleBytes = new byte[FrameFormat.PREAMBLE_BYTES];
        in.readFully(preambleBytes);
        Preamble preamble = FrameFormat.decode(ByteBuffer.wrap(preambleBytes));
        assertThat(preamble.type()).isEqualTo(FrameType.ERROR);
        assertThat(preamble.requestId()).isZero();
        byte[] header = new byte[preamble.headerBytes()];
        in.readFully(header);
        Frame frame = Frame.of(FrameType.ERROR, 0, ByteBuffer.wrap(header));
        return Messages.error(frame).code().word() + " " + Messages.error(frame).message();
    }

    static byte[] bytes(Frame frame) {
        int headerBytes = frame.header().remaining();
        ByteBuffer bytes = ByteBuffer.allocate(
                FrameFormat.PREAMBLE_BYTES + headerBytes + frame.body().remaining());
        FrameFormat.encode(frame, bytes);
        return bytes.put(frame.header().duplicate())
                .put(frame.body().duplicate())
                .array();
    }

    /** Gives a preamble that was changed on purpose the checksum that fits. */
    private static byte[] sealed(byte[] frame) {
        int checksumAt = FrameFormat.PREAMBLE_BYTES - Integer.BYTES;
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        bytes.putInt(checksumAt, Crc32c.of(ByteBuffer.wrap(frame, 0, checksumAt)));
        return frame;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
}
