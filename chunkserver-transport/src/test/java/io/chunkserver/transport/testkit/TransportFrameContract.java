package io.chunkserver.transport.testkit;

import static io.chunkserver.transport.testkit.TransportSubject.block;
import static io.chunkserver.transport.testkit.TransportSubject.copies;
import static io.chunkserver.transport.testkit.TransportSubject.frame;
import static io.chunkserver.transport.testkit.TransportSubject.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a {@link Transport} promises of frames: bytes, order and release; part of {@link TransportContract}. */
interface TransportFrameContract extends TransportSubject {

    // Frames

    @Test
    default void framesArriveWholeAndInOrder() throws Exception {
        Random random = new Random(7);
        List<Frame> frames = IntStream.rangeClosed(1, 300)
                .mapToObj(i -> frame(random, i, random.nextInt(2000), random.nextInt(Frame.MAX_BODY_BYTES + 1)))
                .toList();
        Connection connection = connect();
        frames.forEach(connection::send);
        assertThat(atServer().take(frames.size())).isEqualTo(copies(frames));
    }

    @Test
    default void theShortestAndTheLongestFramesArrive() throws Exception {
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
        assertThat(atServer().take(frames.size())).isEqualTo(copies(frames));
    }

    @Test
    default void framesArriveInBothDirectionsAtTheSameTime() throws Exception {
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
        assertThat(atServer().take(frames.size())).isEqualTo(copies(frames));
        assertThat(atClient().take(frames.size())).isEqualTo(copies(frames));
    }

    @Test
    default void framesThatAreSentTogetherStayInOrderAmongThoseThatAreNot() throws Exception {
        Random random = new Random(10);
        List<Frame> frames = IntStream.rangeClosed(1, 200)
                .mapToObj(i -> frame(random, i, random.nextInt(100), random.nextInt(Frame.MAX_BODY_BYTES + 1)))
                .toList();
        Connection connection = connect();
        CompletionStage<Void> last = CompletableFuture.completedFuture(null);
        for (int at = 0; at < frames.size(); ) {
            int together = Math.min(random.nextInt(5), frames.size() - at);
            last = together == 0 ? connection.send(frames.get(at)) : connection.send(frames.subList(at, at + together));
            at += Math.max(1, together);
        }
        assertThat(atServer().take(frames.size())).isEqualTo(copies(frames));
        get(last);
    }

    @Test
    default void framesOfOneThreadStayInOrderAmongThoseOfOthers() throws Exception {
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
        for (Received frame : atServer().take(threads * framesEach)) {
            assertThat(frame.requestId()).isEqualTo(next[frame.requestId() / framesEach]++);
        }
    }

    @Test
    default void aReceiverThatSendsDoesNotOvertakeThoseWhoSentBefore() throws Exception {
        Listener relay = get(server().listen(freeAddress(), connection -> new FrameReceiver() {
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
        get(client().connect(relay.address(), TIMEOUT, connection -> atClient()))
                .send(block(9));
        assertThat(atClient().take().requestId()).isEqualTo(1);
        assertThat(atClient().take().requestId()).isEqualTo(2);
    }

    @Test
    default void aWrongBodyChecksumIsCarriedAsItIs() throws Exception {
        Frame frame = Frame.data(1, ByteBuffer.wrap(new byte[] {1, 2, 3}), 0xDEADBEEF);
        get(connect().send(frame));
        assertThat(atServer().take()).isEqualTo(Received.of(frame));
    }

    @Test
    default void buffersAreTheSendersAgainWhenTheStageCompletes() throws Exception {
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
        for (Received frame : atServer().take(50)) {
            assertThat(frame.body().array()).containsOnly((byte) frame.requestId());
        }
    }

    // Releasing

    @Test
    default void aFrameKeepsItsBytesUntilItIsReleased() throws Exception {
        atServer().hold();
        Connection connection = connect();
        Random random = new Random(10);
        List<Frame> frames = IntStream.rangeClosed(1, 40)
                .mapToObj(i -> frame(random, i, 40, 20_000))
                .toList();
        frames.forEach(connection::send);
        List<Frame> kept = new ArrayList<>();
        for (int i = 0; i < frames.size(); i++) {
            kept.add(atServer().takeHeld());
        }
        assertThat(copies(kept)).isEqualTo(copies(frames));
        Thread other = new Thread(() -> kept.forEach(frame -> frame.release().run()));
        other.start();
        other.join();
    }

    @Test
    default void aFrameOutlivesItsConnection() throws Exception {
        atServer().hold();
        Connection connection = connect();
        Frame sent = frame(new Random(11), 1, 40, 20_000);
        connection.send(sent);
        Frame kept = atServer().takeHeld();
        connection.close();
        accepted().close();
        atServer().awaitClosed();
        assertThat(Received.of(kept)).isEqualTo(Received.of(sent));
        kept.release().run();
    }

    @Test
    default void releasingTwiceFails() throws Exception {
        atServer().hold();
        connect().send(frame(new Random(12), 1, 10, 10));
        Frame kept = atServer().takeHeld();
        kept.release().run();
        assertThatThrownBy(() -> kept.release().run()).isInstanceOf(IllegalStateException.class);
    }
}
