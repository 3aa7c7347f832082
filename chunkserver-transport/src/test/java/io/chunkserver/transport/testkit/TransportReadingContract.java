package io.chunkserver.transport.testkit;

import static io.chunkserver.transport.testkit.TransportSubject.block;
import static io.chunkserver.transport.testkit.TransportSubject.completes;
import static io.chunkserver.transport.testkit.TransportSubject.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a {@link Transport} promises a receiver that turns reading off and on; part of {@link TransportContract}. */
interface TransportReadingContract extends TransportSubject {

    @Test
    default void aReceiverThatDoesNotReadHoldsUpTheSender() throws Exception {
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
        int beforeReading = atServer().waiting();
        assertThat(beforeReading).isZero();
        toClient.setReading(true);
        get(heldUp);
        for (int i = 1; i <= sent; i++) {
            assertThat(atServer().take().requestId()).isEqualTo(i);
        }
    }

    /** The sender writes something else into the last bytes of each as soon as it may; a copy that was made early would hide it. */
    @Test
    default void buffersOfFramesThatAreSentTogetherAreNotGivenBackBeforeAllHaveLeft() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        int markAt = Frame.MAX_BODY_BYTES - Integer.BYTES;
        List<ByteBuffer> lent = new ArrayList<>();
        CompletableFuture<Void> heldUp = null;
        while (heldUp == null) {
            assertThat(lent.size())
                    .as("blocks sent to a receiver that does not read")
                    .isLessThan(MANY_BLOCKS);
            ByteBuffer body = ByteBuffer.allocateDirect(Frame.MAX_BODY_BYTES).putInt(markAt, lent.size());
            Frame small = Frame.of(FrameType.END, 1, ByteBuffer.wrap(new byte[] {'{', '}'}));
            CompletableFuture<Void> stage = connection
                    .send(List.of(small, Frame.data(1, body, 0)))
                    .thenRun(() -> body.putInt(markAt, -1))
                    .toCompletableFuture();
            lent.add(body);
            heldUp = completes(stage) ? null : stage;
        }
        toClient.setReading(true);
        get(heldUp);
        for (int i = 0; i < lent.size(); i++) {
            assertThat(atServer().take().type()).isEqualTo(FrameType.END);
            assertThat(atServer().take().body().getInt(markAt)).isEqualTo(i);
        }
    }

    @Test
    default void nothingComesAfterTheReceiverItselfTurnedReadingOff() throws Exception {
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
    default void whatWasReadAndNotTakenIsGivenBackAtTheClose() throws Exception {
        RecordingReceiver afterStop = receiver();
        StoppingReceiver stopping = connectToStopping(afterStop);
        get(stopping.stopped()).close();
        assertThat(afterStop.awaitClosed()).isEmpty();
        assertThat(afterStop.waiting()).isZero();
    }

    /** Connects to a receiver that stops after the first of 100 small frames, which all come at once. */
    private StoppingReceiver connectToStopping(RecordingReceiver afterStop) throws Exception {
        CompletableFuture<StoppingReceiver> made = new CompletableFuture<>();
        Listener other = get(server().listen(freeAddress(), connection -> {
            made.complete(new StoppingReceiver(connection, afterStop, new CompletableFuture<>()));
            return made.join();
        }));
        get(client().connect(other.address(), TIMEOUT, connection -> {
            for (int i = 1; i <= 100; i++) {
                connection.send(Frame.data(i, ByteBuffer.allocate(10), 0));
            }
            return atClient();
        }));
        return get(made);
    }

    @Test
    default void readingMayBeTurnedOnAndOffByAnyThread() throws Exception {
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
            assertThat(atServer().take().requestId()).isEqualTo(i);
        }
    }

    /** Turns reading off at the first frame, which it drops; the others are for somebody else. */
    record StoppingReceiver(Connection connection, RecordingReceiver others, CompletableFuture<Connection> stopped)
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
}
