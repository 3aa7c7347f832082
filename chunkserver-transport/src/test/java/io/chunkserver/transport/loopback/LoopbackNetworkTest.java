package io.chunkserver.transport.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.testkit.RecordingReceiver;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** The network that can be cut, on one thread that the test itself runs step by step. */
class LoopbackNetworkTest {

    private static final ServerAddress A = new ServerAddress("a", 1);
    private static final ServerAddress B = new ServerAddress("b", 1);

    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final LoopbackNetwork network = new LoopbackNetwork(tasks::add);
    private final LoopbackTransport serverA = new LoopbackTransport(network);
    private final LoopbackTransport serverB = new LoopbackTransport(network);
    private final LoopbackTransport client = new LoopbackTransport(network);
    private final RecordingReceiver atA = new RecordingReceiver();
    private final RecordingReceiver atB = new RecordingReceiver();
    private final RecordingReceiver opener = new RecordingReceiver();

    LoopbackNetworkTest() {
        done(serverA.listen(A, connection -> atA));
        done(serverB.listen(B, connection -> atB));
    }

    @Test
    void nothingHappensUntilTheExecutorRuns() {
        CompletionStage<Connection> stage = client.connect(A, Duration.ZERO, connection -> opener);
        assertThat(stage.toCompletableFuture()).isNotDone();
        run();
        Connection connection = done(stage);
        CompletionStage<Void> sent = connection.send(block(1));
        assertThat(atA.waiting()).isZero();
        assertThat(sent.toCompletableFuture()).isNotDone();
        run();
        assertThat(atA.waiting()).isEqualTo(1);
        assertThat(sent.toCompletableFuture()).isCompleted();
    }

    @Test
    void oneTaskDeliversOneFrame() {
        Connection connection = connect(client, A);
        connection.send(block(1));
        connection.send(block(2));
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(atA.waiting()).isEqualTo(1);
        run();
        assertThat(atA.waiting()).isEqualTo(2);
    }

    @Test
    void theReceiverSeesTheSendersOwnBytes() throws Exception {
        atA.hold();
        ByteBuffer body = ByteBuffer.allocateDirect(10);
        CompletionStage<Void> sent = connect(client, A).send(Frame.data(1, body, 0));
        run();
        Frame frame = atA.takeHeld();
        body.put(3, (byte) 77);
        assertThat(frame.body().get(3)).isEqualTo((byte) 77);
        assertThat(sent.toCompletableFuture()).isNotDone();
        frame.release().run();
        assertThat(sent.toCompletableFuture()).isCompleted();
    }

    @Test
    void aCutBreaksTheConnectionsOfAServerAndLosesWhatIsOnItsWay() throws Exception {
        Connection connection = connect(client, A);
        CompletionStage<Void> lost = connection.send(block(1));
        network.cut(A);
        run();
        assertThat(atA.waiting()).isZero();
        assertUnreachable(atA.awaitClosed().orElseThrow());
        assertUnreachable(opener.awaitClosed().orElseThrow());
        assertFails(lost);
        assertFails(connection.send(block(2)));
    }

    @Test
    void aCutAlsoBreaksWhatTheServerOpenedItself() throws Exception {
        connect(serverA, B);
        network.cut(A);
        run();
        assertUnreachable(atB.awaitClosed().orElseThrow());
        assertUnreachable(opener.awaitClosed().orElseThrow());
    }

    @Test
    void aServerThatIsCutOffNeitherOpensNorAccepts() {
        network.cut(A);
        assertFails(started(client, A));
        assertFails(started(serverA, B));
        assertThat(started(client, B).toCompletableFuture()).isCompleted();
    }

    @Test
    void aHealedServerTakesPartAgain() {
        network.cut(A);
        network.heal(A);
        Connection connection = connect(client, A);
        connection.send(block(1));
        run();
        assertThat(atA.waiting()).isEqualTo(1);
    }

    @Test
    void connectionsOfOthersOutliveACut() {
        Connection connection = connect(client, B);
        network.cut(A);
        connection.send(block(1));
        run();
        assertThat(atB.waiting()).isEqualTo(1);
    }

    @Test
    void aClosedTransportClosesWhatItsPeerDoesNotRead() throws Exception {
        CompletableFuture<Connection> accepted = new CompletableFuture<>();
        ServerAddress address = new ServerAddress("c", 1);
        Listener listener = done(serverB.listen(address, connection -> {
            accepted.complete(connection);
            return atB;
        }));
        Connection connection = connect(client, listener.address());
        accepted.join().setReading(false);
        connection.send(block(1));
        connection.close();
        run();
        serverB.close();
        run();
        assertThat(atB.awaitClosed()).isEmpty();
        assertThat(atB.waiting()).isZero();
        assertThat(network.linksOf(serverB)).isEmpty();
    }

    private CompletionStage<Connection> started(LoopbackTransport from, ServerAddress to) {
        CompletionStage<Connection> stage = from.connect(to, Duration.ZERO, connection -> opener);
        run();
        return stage;
    }

    private Connection connect(LoopbackTransport from, ServerAddress to) {
        return done(started(from, to));
    }

    private void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static Frame block(int requestId) {
        return Frame.data(requestId, ByteBuffer.allocate(100), 0);
    }

    private static <T> T done(CompletionStage<T> stage) {
        assertThat(stage.toCompletableFuture()).isCompleted();
        return stage.toCompletableFuture().join();
    }

    private static void assertFails(CompletionStage<?> stage) {
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        assertThatThrownBy(() -> stage.toCompletableFuture().join())
                .cause()
                .satisfies(LoopbackNetworkTest::assertUnreachable);
    }

    private static void assertUnreachable(Throwable thrown) {
        assertThat(thrown)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE));
    }
}
