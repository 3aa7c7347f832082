package io.chunkserver.transport.testkit;

import static io.chunkserver.transport.testkit.TransportSubject.assertFails;
import static io.chunkserver.transport.testkit.TransportSubject.block;
import static io.chunkserver.transport.testkit.TransportSubject.get;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a {@link Transport} promises of the end of a connection; part of {@link TransportContract}. */
interface TransportClosingContract extends TransportSubject {

    @Test
    default void theOtherSideLearnsOfACloseAfterWhatWasSentBefore() throws Exception {
        Connection connection = connect();
        for (int i = 1; i <= 100; i++) {
            connection.send(block(i));
        }
        connection.close();
        assertThat(atServer().awaitClosed()).isEmpty();
        assertThat(atClient().awaitClosed()).isEmpty();
        assertThat(atServer().waiting()).isEqualTo(100);
    }

    @Test
    default void aReceiverThatDoesNotReadLearnsOfACloseWhenItHasReadAll() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        connection.send(block(1));
        connection.send(block(2));
        connection.close();
        assertThat(atClient().awaitClosed()).isEmpty();
        assertThat(atServer().waiting()).isZero();
        toClient.setReading(true);
        assertThat(atServer().awaitClosed()).isEmpty();
        assertThat(atServer().waiting()).isEqualTo(2);
    }

    @Test
    default void aLastWordArrivesAlsoWhenTheOneWhoClosesHasNotReadEverything() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        for (int i = 1; i <= 20; i++) {
            connection.send(block(i));
        }
        toClient.send(Frame.of(FrameType.ERROR, 1, ByteBuffer.wrap(new byte[] {'{', '}'})));
        toClient.close();
        assertThat(atClient().take().type()).isEqualTo(FrameType.ERROR);
        atClient().awaitClosed();
    }

    @Test
    default void closingTwiceIsFineAndTellsOnce() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        connection.close();
        connection.close();
        toClient.close();
        assertThat(atClient().awaitClosed()).isEmpty();
        assertThat(atServer().awaitClosed()).isEmpty();
    }

    @Test
    default void sendingOnAClosedConnectionIsUnreachable() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        connection.close();
        assertFails(
                connection.send(block(1)),
                ErrorCode.UNREACHABLE,
                listener().address().toString());
        atServer().awaitClosed();
        assertFails(toClient.send(block(1)), ErrorCode.UNREACHABLE, "");
        assertFails(toClient.send(List.of(block(1), block(2))), ErrorCode.UNREACHABLE, "");
    }

    @Test
    default void everyStageEndsWithItsConnection() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        Queue<CompletionStage<Void>> stages = new ArrayDeque<>();
        for (int i = 1; i <= 400; i++) {
            stages.add(i % 2 == 0 ? connection.send(block(i)) : connection.send(List.of(block(i), block(i))));
        }
        toClient.close();
        connection.close();
        // Sent into the void or not sent at all: the buffers are the sender's again.
        for (CompletionStage<Void> stage : stages) {
            stage.exceptionally(thrown -> null).toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    default void whoClosesGetsItsBuffersBackThoughTheOtherNeverReads() throws Exception {
        Connection connection = connect();
        Connection toClient = accepted();
        toClient.setReading(false);
        ByteBuffer body = ByteBuffer.wrap(new byte[] {1, 2, 3});
        CompletionStage<Void> first = connection.send(Frame.data(1, body, 0));
        Queue<CompletionStage<Void>> more = new ArrayDeque<>();
        for (int i = 2; i <= 400; i++) {
            more.add(connection.send(block(i)));
        }
        connection.close();
        get(first);
        for (CompletionStage<Void> stage : more) {
            stage.exceptionally(thrown -> null).toCompletableFuture().get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        }
        body.put(0, (byte) 9);
        toClient.setReading(true);
        assertThat(atServer().take().body()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        atServer().awaitClosed();
    }

    @Test
    default void aReceiverThatThrowsLosesItsConnectionAlone() throws Exception {
        Connection unharmed = connect();
        CompletableFuture<Throwable> end = new CompletableFuture<>();
        Listener careless = get(server().listen(freeAddress(), connection -> new FrameReceiver() {
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
        get(client().connect(careless.address(), TIMEOUT, connection -> other)).send(block(1));
        assertThat(get(end)).isInstanceOf(ChunkServerException.class).hasMessageContaining("on purpose");
        other.awaitClosed();
        unharmed.send(block(2));
        assertThat(atServer().take().requestId()).isEqualTo(2);
    }

    @Test
    default void aClosedTransportHasClosedEverything() throws Exception {
        connect();
        accepted();
        server().close();
        server().close();
        assertThat(atServer().isClosed() || atServer().awaitClosed().isEmpty()).isTrue();
        atClient().awaitClosed();
        assertFails(client().connect(listener().address(), TIMEOUT, c -> receiver()), ErrorCode.UNREACHABLE, "");
        assertFails(server().connect(listener().address(), TIMEOUT, c -> receiver()), ErrorCode.UNREACHABLE, "closed");
        assertFails(server().listen(freeAddress(), c -> receiver()), ErrorCode.UNREACHABLE, "closed");
    }
}
