package io.chunkserver.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** How much a connection with threads of its own may bring to a thread that does not take it, and that all of it is given back. */
class QueuedConnectionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Carrier carrier = new Carrier();
    private final AtomicInteger released = new AtomicInteger();

    private Frame frame(int requestId) {
        return new Frame(
                FrameType.DATA,
                requestId,
                ByteBuffer.allocate(0),
                ByteBuffer.allocateDirect(10),
                0,
                released::incrementAndGet);
    }

    @Test
    void noMoreIsReadWhileEnoughFramesWait() throws Exception {
        BlockingConnection connection = carrier.open(new ServerAddress("server", 1), PATIENCE);
        for (int i = 1; i < QueuedConnection.MAX_WAITING; i++) {
            carrier.bring(frame(i));
        }
        assertThat(carrier.readings).isEmpty();
        carrier.bring(frame(QueuedConnection.MAX_WAITING));
        assertThat(carrier.readings).containsExactly(false);
        for (int i = 1; i < QueuedConnection.MAX_WAITING / 2; i++) {
            connection.receive(PATIENCE);
        }
        assertThat(carrier.readings).containsExactly(false);
        connection.receive(PATIENCE);
        assertThat(carrier.readings).containsExactly(false, true);
    }

    @Test
    void everyFrameIsGivenBackOnce() throws Exception {
        BlockingConnection connection = carrier.open(new ServerAddress("server", 1), PATIENCE);
        carrier.bring(frame(1));
        carrier.bring(frame(2));
        connection.receive(PATIENCE);
        assertThat(released.get()).isEqualTo(1);
        connection.close();
        assertThat(released.get()).isEqualTo(2);
        carrier.bring(frame(3));
        assertThat(released.get()).isEqualTo(3);
    }

    /** A transport that brings what its test says, at once. */
    private static final class Carrier implements Transport {

        private final List<Boolean> readings = new ArrayList<>();
        private FrameReceiver receiver;

        void bring(Frame frame) {
            receiver.receive(frame);
        }

        @Override
        public String name() {
            return "carrier";
        }

        @Override
        public CompletionStage<Listener> listen(ServerAddress address, Function<Connection, FrameReceiver> made) {
            throw new AssertionError("nobody listens");
        }

        @Override
        public CompletionStage<Connection> connect(
                ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> made) {
            Connection connection = new Connection() {
                @Override
                public ServerAddress remote() {
                    return address;
                }

                @Override
                public CompletionStage<Void> send(List<Frame> frames) {
                    return CompletableFuture.completedFuture(null);
                }

                @Override
                public void setReading(boolean reading) {
                    readings.add(reading);
                }

                @Override
                public void close() {}
            };
            receiver = made.apply(connection);
            return CompletableFuture.completedFuture(connection);
        }

        @Override
        public void close() {}
    }
}
