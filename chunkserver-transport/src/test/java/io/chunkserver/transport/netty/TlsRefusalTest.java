package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.Listener;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.security.TlsConfig;
import io.chunkserver.transport.testkit.TestAuthority;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is turned away by TLS, and what they and the operator hear. */
@Timeout(60)
class TlsRefusalTest {

    private static final ServerAddress ANY_PORT = new ServerAddress("127.0.0.1", 0);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path folder;

    private TestAuthority authority;
    private TestAuthority otherAuthority;
    private final List<TcpTransport> opened = new ArrayList<>();

    /** The end of a connection, or the first frame that comes. */
    private static final class FirstWord implements FrameReceiver {

        private final CompletableFuture<Frame> frame = new CompletableFuture<>();

        @Override
        public void receive(Frame received) {
            frame.complete(received);
            received.release().run();
        }

        @Override
        public void closed(@Nullable Throwable cause) {
            frame.completeExceptionally(cause == null ? new IllegalStateException("closed in peace") : cause);
        }
    }

    @BeforeEach
    void sign() throws Exception {
        authority = new TestAuthority(folder.resolve("ours"));
        otherAuthority = new TestAuthority(folder.resolve("others"));
    }

    @AfterEach
    void close() {
        opened.forEach(TcpTransport::close);
        opened.forEach(transport -> assertThat(transport.bytesInUse()).isZero());
    }

    private TcpTransport with(TlsConfig tls) throws ChunkServerException {
        TcpTransport transport = TcpTransport.secured(TcpTransportConfig.DEFAULT, tls);
        opened.add(transport);
        return transport;
    }

    private TcpTransport plain() {
        TcpTransport transport = new TcpTransport(TcpTransportConfig.DEFAULT);
        opened.add(transport);
        return transport;
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private static Frame hello() {
        return Frame.of(FrameType.HELLO, 0, ByteBuffer.wrap(new byte[] {'{', '}'}));
    }

    /** Listens, and says hello to who comes. */
    private static ServerAddress greeting(TcpTransport transport, FrameReceiver receiver) throws Exception {
        Listener listener = get(transport.listen(ANY_PORT, connection -> {
            connection.send(hello());
            return receiver;
        }));
        return listener.address();
    }

    private static ErrorCode refusal(CompletionStage<?> stage) {
        return code(assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> get(stage))
                .actual()
                .getCause());
    }

    private static ErrorCode code(Throwable thrown) {
        assertThat(thrown).isInstanceOf(ChunkServerException.class);
        return ((ChunkServerException) thrown).code();
    }

    @Test
    void whoeverIsSignedByTheAuthorityIsHeard() throws Exception {
        ServerAddress server = greeting(with(authority.memberAt("127.0.0.1")), new FirstWord());
        FirstWord heard = new FirstWord();
        get(with(authority.memberNamed("client.example")).connect(server, PATIENCE, connection -> heard));
        assertThat(get(heard.frame).type()).isEqualTo(FrameType.HELLO);
    }

    @Test
    void aServerOfAnotherAuthorityIsNotTalkedTo() throws Exception {
        ServerAddress server = greeting(with(otherAuthority.memberAt("127.0.0.1")), new FirstWord());
        assertThat(refusal(with(authority.stranger()).connect(server, PATIENCE, connection -> new FirstWord())))
                .isEqualTo(ErrorCode.REFUSED);
    }

    @Test
    void aServerWithTheCertificateOfAnotherHostIsNotTalkedTo() throws Exception {
        ServerAddress server = greeting(with(authority.memberAt("127.0.0.2")), new FirstWord());
        assertThat(refusal(
                        with(authority.memberAt("127.0.0.1")).connect(server, PATIENCE, connection -> new FirstWord())))
                .isEqualTo(ErrorCode.REFUSED);
    }

    @Test
    void aClientWithoutCertificateHearsNothingFromAServerThatAsksForOne() throws Exception {
        assertTurnedAway(authority.stranger());
    }

    @Test
    void aClientOfAnotherAuthorityHearsNothing() throws Exception {
        TlsConfig theirs = otherAuthority.memberAt("127.0.0.1");
        assertTurnedAway(new TlsConfig(theirs.givenCertificate(), theirs.givenKey(), authority.certificates()));
    }

    /** With TLS 1.3 the client is done before the server has seen its certificate, so that it hears at its first read. */
    private void assertTurnedAway(TlsConfig client) throws Exception {
        FirstWord atServer = new FirstWord();
        ServerAddress server = greeting(with(authority.memberAt("127.0.0.1")), atServer);
        FirstWord atClient = new FirstWord();
        CompletionStage<Connection> connecting = with(client).connect(server, PATIENCE, connection -> {
            connection.send(hello());
            return atClient;
        });
        assertThat(refusal(connecting.thenCompose(connection -> atClient.frame)))
                .isEqualTo(ErrorCode.REFUSED);
        assertThat(refusal(atServer.frame)).isEqualTo(ErrorCode.REFUSED);
    }

    @Test
    void aClientThatSpeaksNoTlsIsCutOff() throws Exception {
        FirstWord atServer = new FirstWord();
        ServerAddress server = greeting(with(authority.memberAt("127.0.0.1")), atServer);
        FirstWord atClient = new FirstWord();
        get(plain().connect(server, PATIENCE, connection -> {
            connection.send(hello());
            return atClient;
        }));
        assertThat(refusal(atServer.frame)).isEqualTo(ErrorCode.REFUSED);
        assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> get(atClient.frame));
    }

    @Test
    void aServerThatSpeaksNoTlsIsToldFromOneThatDoes() throws Exception {
        ServerAddress server = greeting(plain(), new FirstWord());
        assertThat(refusal(with(authority.stranger()).connect(server, PATIENCE, connection -> new FirstWord())))
                .isEqualTo(ErrorCode.REFUSED);
    }

    @Test
    void whoeverSpeaksNoTlsIsSaidToAndNotNull() throws Exception {
        ServerAddress greeting = greeting(plain(), new FirstWord());
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() ->
                        get(with(authority.stranger()).connect(greeting, PATIENCE, connection -> new FirstWord())))
                .withMessageContaining("no TLS connection with " + greeting + ": the other side speaks no TLS");

        ServerAddress hangingUp = get(plain().listen(ANY_PORT, connection -> {
                    connection.close();
                    return new FirstWord();
                }))
                .address();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() ->
                        get(with(authority.stranger()).connect(hangingUp, PATIENCE, connection -> new FirstWord())))
                .withMessageContaining("perhaps the other side speaks no TLS");
        assertThat(TlsContexts.refused(hangingUp, new ClosedChannelException()))
                .hasMessageContaining("perhaps the other side speaks no TLS");
    }

    @Test
    void nobodyListensWithoutACertificate() throws Exception {
        assertThat(refusal(with(authority.stranger()).listen(ANY_PORT, connection -> new FirstWord())))
                .isEqualTo(ErrorCode.BAD_CONFIGURATION);
    }

    @Test
    void aFileThatIsMissingOrWrongIsNamed() throws Exception {
        TlsConfig good = authority.memberAt("127.0.0.1");
        Path missing = folder.resolve("nowhere.pem");
        assertThatExceptionOfType(ChunkServerException.class)
                .isThrownBy(() -> with(new TlsConfig(good.givenCertificate(), good.givenKey(), missing)))
                .withMessageContaining(missing.toString())
                .matches(thrown -> thrown.code() == ErrorCode.BAD_CONFIGURATION);
        Path noKey = Files.writeString(folder.resolve("no.key"), "this is no key\n");
        assertThatExceptionOfType(ChunkServerException.class)
                .isThrownBy(() -> with(new TlsConfig(good.givenCertificate(), noKey, null)))
                .withMessageStartingWith(
                        "TLS cannot be set up with certificate " + good.givenCertificate() + ", key " + noKey + ": ")
                .matches(thrown -> thrown.code() == ErrorCode.BAD_CONFIGURATION);
    }

    @Test
    void anAuthorityThatIsNoneIsNamedAlone() throws Exception {
        Path noAuthority = Files.writeString(folder.resolve("no.pem"), "this is no certificate\n");
        assertThatExceptionOfType(ChunkServerException.class)
                .isThrownBy(() -> with(new TlsConfig(null, null, noAuthority)))
                .withMessageStartingWith("TLS cannot be set up with authority " + noAuthority + ": ")
                .matches(thrown -> thrown.code() == ErrorCode.BAD_CONFIGURATION);
    }

    @Test
    void aCertificateThatIsNotThatOfTheKeyIsNamedWithIt() throws Exception {
        TlsConfig one = authority.memberAt("127.0.0.1");
        TlsConfig other = authority.memberAt("127.0.0.1");
        assertThatExceptionOfType(ChunkServerException.class)
                .isThrownBy(() -> with(new TlsConfig(one.givenCertificate(), other.givenKey(), null)))
                .withMessageContainingAll(one.givenCertificate() + "", other.givenKey() + "")
                .matches(thrown -> thrown.code() == ErrorCode.BAD_CONFIGURATION);
    }

    @Test
    void halfACertificateIsNone() {
        assertThatIllegalArgumentException().isThrownBy(() -> new TlsConfig(Path.of("a.pem"), null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new TlsConfig(null, null, null));
    }
}
