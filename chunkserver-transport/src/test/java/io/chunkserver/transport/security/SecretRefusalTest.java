package io.chunkserver.transport.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.testkit.RecordingReceiver;
import io.chunkserver.transport.testkit.RecordingReceiver.Received;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is turned away for want of the secret, and what both sides hear. */
@Timeout(60)
class SecretRefusalTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final SharedSecret OURS = secret("the secret of this side");
    private static final SharedSecret OTHERS = secret("the secret of another side");

    private final Transport network = new LoopbackTransport(new LoopbackNetwork(ForkJoinPool.commonPool()));
    private final BlockingQueue<Connection> letIn = new LinkedBlockingQueue<>();
    private ServerAddress server;

    private static SharedSecret secret(String text) {
        return SharedSecret.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private Transport knowing(SharedSecret secret) {
        return new SecretTransport(network, secret, new SecureRandom());
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @BeforeEach
    void listen() throws Exception {
        server = listen(knowing(OURS));
    }

    private ServerAddress listen(Transport transport) throws Exception {
        Listener listener = get(transport.listen(new ServerAddress("server", 0), connection -> {
            letIn.add(connection);
            return new RecordingReceiver();
        }));
        return listener.address();
    }

    @AfterEach
    void close() {
        network.close();
    }

    private static ChunkServerException refusal(CompletionStage<?> stage) {
        Throwable thrown = assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> get(stage))
                .actual()
                .getCause();
        assertThat(thrown).isInstanceOf(ChunkServerException.class);
        return (ChunkServerException) thrown;
    }

    private RecordingReceiver dial(ServerAddress address, Frame... frames) throws Exception {
        RecordingReceiver receiver = new RecordingReceiver();
        Connection connection = get(network.connect(address, PATIENCE, opened -> receiver));
        for (Frame frame : frames) {
            var unused = connection.send(frame);
        }
        return receiver;
    }

    private static Frame proof(int bytes) {
        ByteBuffer body = ByteBuffer.allocate(bytes);
        return new Frame(FrameType.PROOF, 0, ByteBuffer.allocate(0), body, Crc32c.of(body), () -> {});
    }

    private static void assertToldAndClosed(RecordingReceiver receiver, String words) throws Exception {
        Received told = receiver.take();
        assertThat(told.type()).isEqualTo(FrameType.ERROR);
        Frame frame = Frame.of(FrameType.ERROR, told.requestId(), told.header());
        assertThat(Messages.error(frame).code()).isEqualTo(ErrorCode.REFUSED);
        assertThat(Messages.error(frame).describe()).contains(words);
        receiver.awaitClosed();
    }

    /** The client is connected once it has sent its proof; the server lets it in when that has arrived. */
    @Test
    void whoeverKnowsTheSecretIsLetInOnce() throws Exception {
        RecordingReceiver heard = new RecordingReceiver();
        get(knowing(OURS).connect(server, PATIENCE, connection -> heard));
        Connection admitted = letIn.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(admitted).isNotNull();
        admitted.close();
        heard.awaitClosed();
        assertThat(letIn).isEmpty();
    }

    @Test
    void whoeverKnowsAnotherIsNotTalkedToByTheOneWhoConnects() {
        assertThat(refusal(knowing(OTHERS).connect(server, PATIENCE, connection -> new RecordingReceiver())))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.REFUSED))
                .hasMessageContaining("server:")
                .hasMessageContaining("--secret-file");
        assertThat(letIn).isEmpty();
    }

    @Test
    void whoeverWaitsForAConnectionIsToldTheSame() {
        assertThatThrownBy(() -> knowing(OTHERS).open(server, PATIENCE))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REFUSED))
                .hasMessageContaining("--secret-file");
        assertThat(letIn).isEmpty();
    }

    @Test
    void whoeverWaitsForAServerThatSaysNothingGivesItUpInTime() throws Exception {
        RecordingReceiver heard = new RecordingReceiver();
        ServerAddress silent = get(network.listen(new ServerAddress("silent", 0), connection -> heard))
                .address();
        assertThatThrownBy(() -> knowing(OURS).open(silent, Duration.ofMillis(50)))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIMEOUT))
                .hasMessageContaining("shared secret");
        heard.awaitClosed();
    }

    @Test
    void whoeverKnowsNoneIsToldWhatToDo() throws Exception {
        RecordingReceiver heard = dial(server, Messages.hello(ClientHello.of(PeerRole.CLIENT, "test/1")));
        assertToldAndClosed(heard, "--secret-file");
        assertThat(letIn).isEmpty();
    }

    /** He has the server's challenge, and guesses. */
    @Test
    void aWrongProofIsRefused() throws Exception {
        RecordingReceiver heard = dial(server, proof(Prover.CHALLENGE_BYTES), proof(SharedSecret.PROOF_BYTES));
        assertThat(heard.take().type()).isEqualTo(FrameType.PROOF);
        assertToldAndClosed(heard, "must know the shared secret");
        assertThat(letIn).isEmpty();
    }

    /** The server's own proof, of the same challenges, sent back to it. */
    @Test
    void aProofThatIsSentBackIsRefused() throws Exception {
        RecordingReceiver heard = new RecordingReceiver();
        Connection connection = get(network.connect(server, PATIENCE, opened -> heard));
        get(connection.send(proof(Prover.CHALLENGE_BYTES)));
        ByteBuffer shown = heard.take().body().slice(Prover.CHALLENGE_BYTES, SharedSecret.PROOF_BYTES);
        get(connection.send(new Frame(FrameType.PROOF, 0, ByteBuffer.allocate(0), shown, Crc32c.of(shown), () -> {})));
        assertToldAndClosed(heard, "must know the shared secret");
        assertThat(letIn).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33, 64, 65_536})
    void aChallengeOfAnotherLengthIsRefused(int bytes) throws Exception {
        assertToldAndClosed(dial(server, proof(bytes)), "shared secret");
    }

    @Test
    void aServerThatWasGivenNoneIsNotTalkedTo() throws Exception {
        ServerAddress open = get(network.listen(new ServerAddress("open", 0), connection -> new FrameReceiver() {
                    @Override
                    public void receive(Frame frame) {
                        frame.release().run();
                        var unused = connection.send(Messages.error(
                                0, Failure.of(ErrorCode.PROTOCOL_ERROR, "a client does not send PROOF frames")));
                    }

                    @Override
                    public void closed(@Nullable Throwable cause) {}
                }))
                .address();
        assertThat(refusal(knowing(OURS).connect(open, PATIENCE, connection -> new RecordingReceiver())))
                .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.REFUSED))
                .hasMessageContaining("was not given a shared secret");
    }

    @Test
    void aServerThatSaysNothingIsGivenUpInTime() throws Exception {
        ServerAddress silent = get(network.listen(
                        new ServerAddress("silent", 0), connection -> new RecordingReceiver()))
                .address();
        assertThat(refusal(knowing(OURS).connect(silent, Duration.ofMillis(50), connection -> new RecordingReceiver()))
                        .code())
                .isEqualTo(ErrorCode.TIMEOUT);
    }

    @Test
    void aServerThatGoesAwayIsUnreachable() throws Exception {
        ServerAddress leaving = get(network.listen(new ServerAddress("leaving", 0), connection -> {
                    connection.close();
                    return new RecordingReceiver();
                }))
                .address();
        assertThat(refusal(knowing(OURS).connect(leaving, PATIENCE, connection -> new RecordingReceiver()))
                        .code())
                .isEqualTo(ErrorCode.UNREACHABLE);
    }

    @Test
    void aClientThatSaysNothingIsToldAndClosed() throws Exception {
        ServerAddress impatient = listen(new SecretTransport(network, OURS, new SecureRandom(), Duration.ofMillis(50)));
        assertToldAndClosed(dial(impatient), "within 50 ms");
    }
}
