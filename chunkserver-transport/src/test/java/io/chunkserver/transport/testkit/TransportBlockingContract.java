package io.chunkserver.transport.testkit;

import static io.chunkserver.transport.testkit.TransportSubject.block;
import static io.chunkserver.transport.testkit.TransportSubject.completes;
import static io.chunkserver.transport.testkit.TransportSubject.copies;
import static io.chunkserver.transport.testkit.TransportSubject.frame;
import static io.chunkserver.transport.testkit.TransportSubject.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.BlockingConnection;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a {@link Transport} promises of connections on which a thread waits; part of {@link TransportContract}. */
interface TransportBlockingContract extends TransportSubject {

    /** A wait of which nothing is expected. */
    Duration SHORT = Duration.ofMillis(50);

    /** Opens a connection for this thread to the listener. */
    default BlockingConnection openHere() throws Exception {
        return client().open(listener().address(), TIMEOUT);
    }

    private static List<Received> receive(BlockingConnection connection, int count) throws Exception {
        List<Received> came = new ArrayList<>();
        while (came.size() < count) {
            came.add(Received.of(connection.receive(TIMEOUT)));
        }
        return came;
    }

    private static void assertFailsHere(BlockingConnection connection, Duration timeout, ErrorCode code) {
        assertThatThrownBy(() -> connection.receive(timeout))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    default void framesAreReceivedWholeAndInOrderByTheThreadThatWaits() throws Exception {
        Random random = new Random(17);
        List<Frame> frames = IntStream.rangeClosed(1, 300)
                .mapToObj(i -> frame(random, i, random.nextInt(2000), random.nextInt(Frame.MAX_BODY_BYTES + 1)))
                .toList();
        try (BlockingConnection connection = openHere()) {
            Connection toClient = accepted();
            frames.forEach(toClient::send);
            assertThat(receive(connection, frames.size())).isEqualTo(copies(frames));
        }
    }

    @Test
    default void theShortestAndTheLongestFramesAreReceivedByTheThreadThatWaits() throws Exception {
        Random random = new Random(18);
        List<Frame> frames = List.of(
                frame(random, 1, 0, 0),
                frame(random, 2, Frame.MAX_HEADER_BYTES, Frame.MAX_BODY_BYTES),
                frame(random, 3, 1, 1),
                frame(random, 4, Frame.MAX_HEADER_BYTES, 0),
                frame(random, 5, 0, Frame.MAX_BODY_BYTES));
        try (BlockingConnection connection = openHere()) {
            Connection toClient = accepted();
            frames.forEach(toClient::send);
            assertThat(receive(connection, frames.size())).isEqualTo(copies(frames));
        }
    }

    @Test
    default void aReceivedFrameHasArraysOfItsOwnBytes() throws Exception {
        Frame sent = frame(new Random(19), 1, 100, 1000);
        try (BlockingConnection connection = openHere()) {
            accepted().send(sent);
            Frame received = connection.receive(TIMEOUT);
            byte[] copy = new byte[1000];
            System.arraycopy(
                    received.body().array(),
                    received.body().arrayOffset() + received.body().position(),
                    copy,
                    0,
                    copy.length);
            assertThat(copy).isEqualTo(sent.body().array());
        }
    }

    @Test
    default void whatTheThreadSendsArrivesWholeAndInOrder() throws Exception {
        Random random = new Random(20);
        List<Frame> frames = IntStream.rangeClosed(1, 100)
                .mapToObj(i -> frame(random, i, random.nextInt(2000), random.nextInt(2000)))
                .toList();
        try (BlockingConnection connection = openHere()) {
            for (Frame frame : frames) {
                connection.send(frame);
            }
            assertThat(atServer().take(frames.size())).isEqualTo(copies(frames));
        }
    }

    @Test
    default void whatDoesNotComeInTimeMayComeLater() throws Exception {
        try (BlockingConnection connection = openHere()) {
            assertFailsHere(connection, SHORT, ErrorCode.TIMEOUT);
            accepted().send(block(1));
            assertThat(connection.receive(TIMEOUT).requestId()).isEqualTo(1);
            assertFailsHere(connection, Duration.ofNanos(1), ErrorCode.TIMEOUT);
        }
    }

    @Test
    default void aThreadThatReceivesNothingHoldsUpTheSender() throws Exception {
        try (BlockingConnection connection = openHere()) {
            Connection toClient = accepted();
            List<CompletableFuture<Void>> sent = new ArrayList<>();
            for (int i = 1; i <= MANY_BLOCKS; i++) {
                sent.add(toClient.send(block(i)).toCompletableFuture());
            }
            assertThat(completes(sent.get(MANY_BLOCKS - 1)))
                    .as("all is sent while nothing is received")
                    .isFalse();
            for (int i = 1; i <= MANY_BLOCKS; i++) {
                assertThat(connection.receive(TIMEOUT).requestId()).isEqualTo(i);
            }
            get(sent.get(MANY_BLOCKS - 1));
        }
    }

    @Test
    default void theThreadLearnsThatTheOtherSideHasClosedAfterWhatWasSentBefore() throws Exception {
        try (BlockingConnection connection = openHere()) {
            Connection toClient = accepted();
            for (int i = 1; i <= 5; i++) {
                toClient.send(block(i));
            }
            toClient.close();
            assertThat(receive(connection, 5)).extracting(Received::requestId).containsExactly(1, 2, 3, 4, 5);
            assertFailsHere(connection, TIMEOUT, ErrorCode.UNREACHABLE);
        }
    }

    @Test
    default void theOtherSideLearnsThatTheThreadHasClosed() throws Exception {
        BlockingConnection connection = openHere();
        connection.send(frame(new Random(21), 1, 10, 10));
        connection.close();
        connection.close();
        assertThat(atServer().take().requestId()).isEqualTo(1);
        assertThat(atServer().awaitClosed()).isEmpty();
        assertFailsHere(connection, TIMEOUT, ErrorCode.UNREACHABLE);
    }

    @Test
    default void aCloseByAnotherThreadEndsTheWait() throws Exception {
        BlockingConnection connection = openHere();
        assertEndsAWait(connection, connection::close);
    }

    @Test
    default void aTransportThatIsClosedEndsTheWait() throws Exception {
        assertEndsAWait(openHere(), client()::close);
    }

    private static void assertEndsAWait(BlockingConnection connection, Runnable end) throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        CompletableFuture<Void> over = CompletableFuture.runAsync(() -> {
            waiting.countDown();
            assertFailsHere(connection, TIMEOUT, ErrorCode.UNREACHABLE);
        });
        waiting.await();
        end.run();
        get(over);
    }

    @Test
    default void aThreadThatIsInterruptedWaitsOnAndStaysInterrupted() throws Exception {
        try (BlockingConnection connection = openHere()) {
            Connection toClient = accepted();
            Thread.currentThread().interrupt();
            assertFailsHere(connection, SHORT, ErrorCode.TIMEOUT);
            var unused = toClient.send(block(1));
            assertThat(connection.receive(TIMEOUT).requestId()).isEqualTo(1);
        } finally {
            assertThat(Thread.interrupted()).as("interrupted").isTrue();
        }
    }

    @Test
    default void theThreadIsToldWhoIsNotThere() throws Exception {
        ServerAddress address = listener().address();
        listener().close();
        for (ServerAddress nobody : List.of(address, new ServerAddress("no-such-host.invalid", 9))) {
            assertThatThrownBy(() -> client().open(nobody, TIMEOUT))
                    .isInstanceOfSatisfying(
                            ChunkServerException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE))
                    .hasMessageContaining(nobody.toString());
        }
    }

    @Test
    default void aTransportThatIsClosedOpensNothing() {
        client().close();
        assertThatThrownBy(() -> client().open(listener().address(), TIMEOUT))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE));
    }

    @Test
    default void theThreadKnowsWithWhomItTalks() throws Exception {
        try (BlockingConnection connection = openHere()) {
            assertThat(connection.remote()).isEqualTo(listener().address());
        }
    }
}
