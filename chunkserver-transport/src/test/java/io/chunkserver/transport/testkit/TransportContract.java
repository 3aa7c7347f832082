package io.chunkserver.transport.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.testkit.CallTrace;
import io.chunkserver.core.testkit.PromiseReport;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What {@link Transport} promises, tried on a server's and a client's transport that reach each other. A broken promise is reported with
 * the calls, and the frames that came.
 */
@Timeout(60)
@ExtendWith(PromiseReport.class)
public abstract class TransportContract implements PromiseReport.Traced {

    /** More than the buffers of any operating system between two sockets hold. */
    private static final int MANY_BLOCKS = 2000;

    private static final Duration TIMEOUT = Duration.ofSeconds(RecordingReceiver.PATIENCE_SECONDS);

    private final CallTrace trace = new CallTrace();
    private final List<Transport> opened = new ArrayList<>();
    private final List<RecordingReceiver> receivers = new ArrayList<>();
    private final BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();
    private Transport server;
    private Transport client;
    private Listener listener;
    private RecordingReceiver atServer;
    private RecordingReceiver atClient;

    /** A new transport; all that one test opens reach each other. */
    protected abstract Transport open();

    /** An address to listen at, with port 0. */
    protected abstract ServerAddress anyPort();

    /** Fails when transports that are closed still hold threads or memory. */
    protected abstract void assertNothingHeld(List<Transport> closed);

    @Override
    public final CallTrace trace() {
        return trace;
    }

    private Transport traced() {
        Transport transport = open();
        opened.add(transport);
        return trace.of(Transport.class, transport);
    }

    @BeforeEach
    void listen() throws Exception {
        server = traced();
        client = traced();
        atServer = receiver("the server");
        atClient = receiver("the client");
        listener = get(server.listen(anyPort(), connection -> {
            accepted.add(trace.of(Connection.class, connection));
            return atServer;
        }));
    }

    @AfterEach
    void leaveNothing() throws Exception {
        client.close();
        server.close();
        for (RecordingReceiver receiver : receivers) {
            receiver.check();
        }
        assertNothingHeld(List.copyOf(opened));
    }

    // Frames

    @Test
    void framesArriveWholeAndInOrder() throws Exception {
        Random random = new Random(7);
        List<Frame> frames = IntStream.rangeClosed(1, 300)
                .mapToObj(i -> frame(random, i, random.nextInt(2000), random.nextInt(Frame.MAX_BODY_BYTES + 1)))
                .toList();
        Connection connection = connect();
        frames.forEach(connection::send);
        assertThat(atServer.take(frames.size())).isEqualTo(copies(frames));
    }

    @Test
    void theShortestAndTheLongestFramesArrive() throws Exception {
        Random random = new Random(8);
        List<Frame> frames = List.of(
                frame(random, 1, 0, 0),
                frame(random, 2, 1, 0),
                frame(random, 3, 0, 1),
                frame(random, 4, Frame.MAX_HEADER_BYTES, Frame.MAX_BODY_BYTES),
                frame(random, 5, 0, Frame.MAX_BODY_BYTES),
                frame(random, -1, Frame.MAX_HEADER_BYTES, 0));
        Connection connection = connect();
        frames.forEach(connection::send);
        assertThat(atServer.take(frames.size())).isEqualTo(copies(frames));
    }

    @Test
    void framesArriveInBothDirectionsAtTheSameTime() throws Exception {
        Random random = new Random(9);
        List<Frame> frames = IntStream.rangeClosed(1, 200)
                .mapToObj(i -> frame(random, i, 50, 30_000))
                .toList();
        Connection toServer = connect();
        Connection toClient = accepted();
        for (Frame frame : frames) {
            toServer.send(frame);
            toClient.send(frame);
        }
        assertThat(atServer.take(frames.size())).isEqualTo(copies(frames));
        assertThat(atClient.take(frames.size())).isEqualTo(copies(frames));
    }

    @Test
    void framesOfOneThreadStayInOrderAmongThoseOfOthers() throws Exception {
        int threads = 4;
        int framesEach = 250;
        Connection connection = connect();
        List<Thread> senders = IntStream.range(0, threads)
                .mapToObj(thread -> new Thread(() -> {
                    for (int i = 0; i < framesEach; i++) {
                        connection.send(Frame.data(thread * framesEach + i, ByteBuffer.allocate(100), 0));
                    }
                }))
                .toList();
        senders.forEach(Thread::start);
        int[] next =
                IntStream.range(0, threads).map(thread -> thread * framesEach).toArray();
        for (Received frame : atServer.take(threads * framesEach)) {
            assertThat(frame.requestId()).isEqualTo(next[frame.requestId() / framesEach]++);
        }
    }

    @Test
    void aReceiverThatSendsDoesNotOvertakeThoseWhoSentBefore() throws Exception {
        Listener relay = get(server.listen(anyPort(), connection -> new FrameReceiver() {
            @Override
            public void receive(Frame frame) {
                frame.release().run();
                Thread other = new Thread(() -> connection.send(block(1)));
                other.start();
                Uninterruptibles.joinUninterruptibly(other);
                connection.send(block(2));
            }

            @Override
            public void closed(Throwable cause) {}
        }));
        get(client.connect(relay.address(), TIMEOUT, connection -> atClient)).send(block(9));
        assertThat(atClient.take().requestId()).isEqualTo(1);
        assertThat(atClient.take().requestId()).isEqualTo(2);
    }

    @Test
    void aWrongBodyChecksumIsCarriedAsItIs() throws Exception {
        Frame frame = Frame.data(1, ByteBuffer.wrap(new byte[] {1, 2, 3}), 0xDEADBEEF);
        get(connect().send(frame));
        assertThat(atServer.take()).isEqualTo(Received.of(frame));
    }

    @Test
    void buffersAreTheSendersAgainWhenTheStageCompletes() throws Exception {
        Connection connection = connect();
        ByteBuffer block = ByteBuffer.allocateDirect(Frame.MAX_BODY_BYTES);
        for (int i = 1; i <= 50; i++) {
            for (int at = 0; at < block.capacity(); at++) {
                block.put(at, (byte) i);
            }
            Frame frame = Frame.data(i, block, Crc32c.of(block));
            get(connection.send(frame));
            assertThat(block.remaining()).isEqualTo(block.capacity());
        }
        for (Received frame : atServer.take(50)) {
            assertThat(frame.body().array()).containsOnly((byte) frame.requestId());
        }
    }

    // Releasing

    @Test
    void aFrameKeepsItsBytesUntilItIsReleased() throws Exception {
        atServer.hold();
        Connection connection = connect();
        Random random = new Random(10);
        List<Frame> frames = IntStream.rangeClosed(1, 40)
                .mapToObj(i -> frame(random, i, 40, 20_000))
                .toList();
        frames.forEach(connection::send);
        List<Frame> kept = new ArrayList<>();
        for (int i = 0; i < frames.size(); i++) {
            kept.add(atServer.takeHeld());
        }
        assertThat(copies(kept)).isEqualTo(copies(frames));
        Thread other = new Thread(() -> kept.forEach(frame -> frame.release().run()));
        other.start();
        other.join();
    }

    @Test
    void aFrameOutlivesItsConnection() throws Exception {
        atServer.hold();
        Connection connection = connect();
        Frame sent = frame(new Random(11), 1, 40, 20_000);
        connection.send(sent);
        Frame kept = atServer.takeHeld();
        connection.close();
        accepted().close();
        atServer.awaitClosed();
        assertThat(Received.of(kept)).isEqualTo(Received.of(sent));
        kept.release().run();
    }

    @Test
    void releasingTwiceFails() throws Exception {
        atServer.hold();
        connect().send(frame(new Random(12), 1, 10, 10));
        Frame kept = atServer.takeHeld();
        kept.release().run();
        assertThatThrownBy(() -> kept.release().run()).isInstanceOf(IllegalStateException.class);
    }

    // Reading on and off

    @Test
    void aReceiverThatDoesNotReadHoldsUpTheSender() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        CompletableFuture<Void> heldUp = null;
        int sent = 0;
        while (heldUp == null) {
            assertThat(sent).as("blocks sent to a receiver that does not read").isLessThan(MANY_BLOCKS);
            CompletableFuture<Void> stage = connection.send(block(++sent)).toCompletableFuture();
            heldUp = completes(stage) ? null : stage;
        }
        int beforeReading = atServer.waiting();
        assertThat(beforeReading).isZero();
        toClient.setReading(true);
        get(heldUp);
        for (int i = 1; i <= sent; i++) {
            assertThat(atServer.take().requestId()).isEqualTo(i);
        }
    }

    @Test
    void nothingComesAfterTheReceiverItselfTurnedReadingOff() throws Exception {
        RecordingReceiver afterStop = receiver();
        StoppingReceiver stopping = connectToStopping(afterStop);
        Connection reading = get(stopping.stopped());
        assertThat(afterStop.waiting()).isZero();
        reading.setReading(true);
        for (int i = 2; i <= 100; i++) {
            assertThat(afterStop.take().requestId()).isEqualTo(i);
        }
    }

    @Test
    void whatWasReadAndNotTakenIsGivenBackAtTheClose() throws Exception {
        RecordingReceiver afterStop = receiver();
        StoppingReceiver stopping = connectToStopping(afterStop);
        get(stopping.stopped()).close();
        assertThat(afterStop.awaitClosed()).isEmpty();
        assertThat(afterStop.waiting()).isZero();
    }

    /** Connects to a receiver that stops after the first of 100 small frames, which all come at once. */
    private StoppingReceiver connectToStopping(RecordingReceiver afterStop) throws Exception {
        CompletableFuture<StoppingReceiver> made = new CompletableFuture<>();
        Listener other = get(server.listen(anyPort(), connection -> {
            made.complete(new StoppingReceiver(connection, afterStop, new CompletableFuture<>()));
            return made.join();
        }));
        get(client.connect(other.address(), TIMEOUT, connection -> {
            for (int i = 1; i <= 100; i++) {
                connection.send(Frame.data(i, ByteBuffer.allocate(10), 0));
            }
            return atClient;
        }));
        return get(made);
    }

    @Test
    void readingMayBeTurnedOnAndOffByAnyThread() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        CountDownLatch done = new CountDownLatch(3);
        for (int seed = 0; seed < 3; seed++) {
            Random random = new Random(seed);
            new Thread(() -> {
                        random.ints(2000, 0, 2).forEach(on -> toClient.setReading(on == 1));
                        done.countDown();
                    })
                    .start();
        }
        for (int i = 1; i <= 300; i++) {
            connection.send(block(i));
        }
        assertThat(done.await(TIMEOUT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        toClient.setReading(true);
        for (int i = 1; i <= 300; i++) {
            assertThat(atServer.take().requestId()).isEqualTo(i);
        }
    }

    // Connecting

    @Test
    void connectingToNobodyIsUnreachableAndNamesTheAddress() throws Exception {
        ServerAddress address = listener.address();
        listener.close();
        assertFails(
                client.connect(address, TIMEOUT, connection -> atClient), ErrorCode.UNREACHABLE, address.toString());
    }

    @Test
    void aHostThatDoesNotResolveIsUnreachableAndNamed() {
        ServerAddress address = new ServerAddress("no-such-host.invalid", 9);
        assertFails(
                client.connect(address, TIMEOUT, connection -> atClient), ErrorCode.UNREACHABLE, address.toString());
    }

    @Test
    void theChosenPortIsTold() {
        assertThat(listener.address().port()).isNotZero();
        assertThat(listener.address().host()).isEqualTo(anyPort().host());
    }

    @Test
    void anAddressInUseCannotBeListenedAt() {
        assertFails(
                client.listen(listener.address(), connection -> atClient),
                ErrorCode.BAD_CONFIGURATION,
                listener.address().toString());
    }

    @Test
    void aClosedListenerFreesItsAddressAndKeepsItsConnections() throws Exception {
        Connection connection = connect();
        accepted();
        listener.close();
        listener.close();
        Listener again = get(client.listen(listener.address(), c -> atClient));
        assertThat(again.address()).isEqualTo(listener.address());
        connection.send(block(1));
        assertThat(atServer.take().requestId()).isEqualTo(1);
    }

    @Test
    void aReceiverMaySendAsSoonAsItIsMade() throws Exception {
        Listener greeter = get(server.listen(anyPort(), connection -> {
            connection.send(block(1));
            return atServer;
        }));
        get(client.connect(greeter.address(), TIMEOUT, connection -> {
            connection.send(block(2));
            return atClient;
        }));
        assertThat(atClient.take().requestId()).isEqualTo(1);
        assertThat(atServer.take().requestId()).isEqualTo(2);
    }

    @Test
    void bothSidesNameTheOther() throws Exception {
        assertThat(connect().remote()).isEqualTo(listener.address());
        assertThat(accepted().remote().host()).isNotEmpty();
    }

    @Test
    void manyConnectionsWorkSideBySide() throws Exception {
        Listener echo = get(server.listen(anyPort(), EchoReceiver::new));
        List<RecordingReceiver> answers = new ArrayList<>();
        for (int c = 0; c < 64; c++) {
            RecordingReceiver answer = receiver();
            answers.add(answer);
            Connection connection = get(client.connect(echo.address(), TIMEOUT, made -> answer));
            for (int i = 1; i <= 30; i++) {
                connection.send(Frame.data(i, ByteBuffer.wrap(new byte[] {(byte) c, (byte) i}), c));
            }
        }
        for (int c = 0; c < answers.size(); c++) {
            for (int i = 1; i <= 30; i++) {
                Received frame = answers.get(c).take();
                assertThat(frame.bodyCrc32c()).isEqualTo(c);
                assertThat(frame.body().array()).containsExactly(c, i);
            }
        }
    }

    // Closing

    @Test
    void theOtherSideLearnsOfACloseAfterWhatWasSentBefore() throws Exception {
        Connection connection = connect();
        for (int i = 1; i <= 100; i++) {
            connection.send(block(i));
        }
        connection.close();
        assertThat(atServer.awaitClosed()).isEmpty();
        assertThat(atClient.awaitClosed()).isEmpty();
        assertThat(atServer.waiting()).isEqualTo(100);
    }

    @Test
    void aReceiverThatDoesNotReadLearnsOfACloseWhenItHasReadAll() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        connection.send(block(1));
        connection.send(block(2));
        connection.close();
        assertThat(atClient.awaitClosed()).isEmpty();
        assertThat(atServer.waiting()).isZero();
        toClient.setReading(true);
        assertThat(atServer.awaitClosed()).isEmpty();
        assertThat(atServer.waiting()).isEqualTo(2);
    }

    @Test
    void aLastWordArrivesAlsoWhenTheOneWhoClosesHasNotReadEverything() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        for (int i = 1; i <= 20; i++) {
            connection.send(block(i));
        }
        toClient.send(Frame.of(FrameType.ERROR, 1, ByteBuffer.wrap(new byte[] {'{', '}'})));
        toClient.close();
        assertThat(atClient.take().type()).isEqualTo(FrameType.ERROR);
        atClient.awaitClosed();
    }

    @Test
    void closingTwiceIsFineAndTellsOnce() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        connection.close();
        connection.close();
        toClient.close();
        assertThat(atClient.awaitClosed()).isEmpty();
        assertThat(atServer.awaitClosed()).isEmpty();
    }

    @Test
    void sendingOnAClosedConnectionIsUnreachable() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        connection.close();
        assertFails(
                connection.send(block(1)),
                ErrorCode.UNREACHABLE,
                listener.address().toString());
        atServer.awaitClosed();
        assertFails(toClient.send(block(1)), ErrorCode.UNREACHABLE, "");
    }

    @Test
    void everyStageEndsWithItsConnection() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        Queue<CompletionStage<Void>> stages = new ArrayDeque<>();
        for (int i = 1; i <= 400; i++) {
            stages.add(connection.send(block(i)));
        }
        toClient.close();
        connection.close();
        // Sent into the void or not sent at all: the buffers are the sender's again.
        for (CompletionStage<Void> stage : stages) {
            stage.exceptionally(thrown -> null).toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void aReceiverThatThrowsLosesItsConnectionAlone() throws Exception {
        Connection unharmed = connect();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Listener careless = get(server.listen(anyPort(), connection -> new FrameReceiver() {
            @Override
            public void receive(Frame frame) {
                frame.release().run();
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void closed(Throwable cause) {
                end.complete(cause);
            }
        }));
        RecordingReceiver other = receiver();
        get(client.connect(careless.address(), TIMEOUT, connection -> other)).send(block(1));
        assertThat(get(end)).isInstanceOf(ChunkServerException.class).hasMessageContaining("on purpose");
        other.awaitClosed();
        unharmed.send(block(2));
        assertThat(atServer.take().requestId()).isEqualTo(2);
    }

    @Test
    void aClosedTransportHasClosedEverything() throws Exception {
        connect();
        accepted();
        server.close();
        server.close();
        assertThat(atServer.isClosed() || atServer.awaitClosed().isEmpty()).isTrue();
        atClient.awaitClosed();
        assertFails(client.connect(listener.address(), TIMEOUT, c -> receiver()), ErrorCode.UNREACHABLE, "");
        assertFails(server.connect(listener.address(), TIMEOUT, c -> receiver()), ErrorCode.UNREACHABLE, "closed");
        assertFails(server.listen(anyPort(), c -> receiver()), ErrorCode.UNREACHABLE, "closed");
    }

    // What the tests are made of

    private RecordingReceiver receiver() {
        return receiver("another receiver");
    }

    private RecordingReceiver receiver(String name) {
        RecordingReceiver receiver = new RecordingReceiver(name, trace);
        receivers.add(receiver);
        return receiver;
    }

    private Connection connect() throws Exception {
        return get(client.connect(listener.address(), TIMEOUT, connection -> atClient));
    }

    private Connection accepted() throws InterruptedException {
        Connection connection = accepted.poll(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        assertThat(connection).as("accepted connection").isNotNull();
        return connection;
    }

    private static Frame block(int requestId) {
        return Frame.data(requestId, ByteBuffer.allocate(Frame.MAX_BODY_BYTES), 0);
    }

    private static Frame frame(Random random, int requestId, int headerBytes, int bodyBytes) {
        byte[] header = new byte[headerBytes];
        byte[] body = new byte[bodyBytes];
        random.nextBytes(header);
        random.nextBytes(body);
        FrameType type = FrameType.of(1 + random.nextInt(FrameType.values().length));
        ByteBuffer bodyBuffer = ByteBuffer.wrap(body);
        return new Frame(type, requestId, ByteBuffer.wrap(header), bodyBuffer, Crc32c.of(bodyBuffer), () -> {});
    }

    private static List<Received> copies(List<Frame> frames) {
        return frames.stream().map(Received::of).toList();
    }

    /** Whether the stage completes within a time in which it would, were the sender not held up. */
    private static boolean completes(CompletableFuture<Void> stage) throws Exception {
        try {
            stage.get(300, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void assertFails(CompletionStage<?> stage, ErrorCode code, String named) {
        assertThatThrownBy(() -> get(stage))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(named);
    }

    /** Turns reading off at the first frame, which it drops; the others are for somebody else. */
    private record StoppingReceiver(
            Connection connection, RecordingReceiver others, CompletableFuture<Connection> stopped)
            implements FrameReceiver {

        @Override
        public void receive(Frame frame) {
            if (stopped.isDone()) {
                others.receive(frame);
            } else {
                frame.release().run();
                connection.setReading(false);
                stopped.complete(connection);
            }
        }

        @Override
        public void closed(Throwable cause) {
            others.closed(cause);
        }
    }

    /** Sends every frame back and releases it when it is sent. */
    private record EchoReceiver(Connection connection) implements FrameReceiver {

        @Override
        public void receive(Frame frame) {
            connection
                    .send(frame)
                    .whenComplete((sent, thrown) -> frame.release().run());
        }

        @Override
        public void closed(Throwable cause) {}
    }
}
