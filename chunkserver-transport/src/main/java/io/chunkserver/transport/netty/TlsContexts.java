package io.chunkserver.transport.netty;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.security.TlsConfig;
import io.chunkserver.transport.security.UnreadableFile;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What a {@link TlsConfig} comes to, read once: files that change later are for the next start. Immutable. */
final class TlsContexts {

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};

    private final SslContext outgoing;
    private final @Nullable SslContext incoming;

    private TlsContexts(SslContext outgoing, @Nullable SslContext incoming) {
        this.outgoing = outgoing;
        this.incoming = incoming;
    }

    /**
     * Reads the files.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when one of them cannot be read or is not what it should be, or
     *     when the certificate is not that of the key
     */
    static TlsContexts read(TlsConfig config) throws ChunkServerException {
        Path certificate = readable("certificate", config.certificate());
        Path key = readable("key", config.key());
        Path authority = readable("authority", config.authority());
        try {
            TlsContexts contexts = build(certificate, key, authority);
            if (certificate == null || key == null || PemKeyPair.matches(certificate, key)) {
                return contexts;
            }
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "TLS cannot be set up with " + files(config) + ": " + rootMessage(e))
                    .withHint("certificates are PEM files, keys PKCS #8 in PEM without a password")
                    .toException(e);
        }
        throw Failure.of(
                        ErrorCode.BAD_CONFIGURATION,
                        "TLS certificate " + certificate + " does not belong to TLS key " + key)
                .withHint("give the key for which the certificate was made; of several certificates in the file, "
                        + "the own one comes first")
                .toException();
    }

    private static String files(TlsConfig config) {
        return Stream.of(
                        config.certificate().map(file -> "certificate " + file),
                        config.key().map(file -> "key " + file),
                        config.authority().map(file -> "authority " + file))
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", "));
    }

    private static TlsContexts build(@Nullable Path certificate, @Nullable Path key, @Nullable Path authority)
            throws SSLException {
        SslContextBuilder client = SslContextBuilder.forClient();
        if (certificate == null || key == null) {
            return new TlsContexts(finish(client, authority), null);
        }
        client.keyManager(certificate.toFile(), key.toFile());
        return new TlsContexts(finish(client, authority), server(certificate, key, authority));
    }

    private static SslContext server(Path certificate, Path key, @Nullable Path authority) throws SSLException {
        return finish(
                SslContextBuilder.forServer(certificate.toFile(), key.toFile())
                        .clientAuth(authority == null ? ClientAuth.NONE : ClientAuth.REQUIRE),
                authority);
    }

    private static SslContext finish(SslContextBuilder builder, @Nullable Path authority) throws SSLException {
        if (authority != null) {
            builder.trustManager(authority.toFile());
        }
        return builder.sslProvider(SslProvider.JDK).protocols(VERSIONS).build();
    }

    private static @Nullable Path readable(String what, Optional<Path> file) throws ChunkServerException {
        if (file.isEmpty()) {
            return null;
        }
        try {
            if (Files.size(file.get()) == 0) {
                throw new IOException("it is empty");
            }
            Files.newInputStream(file.get()).close();
        } catch (IOException e) {
            throw Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "TLS " + what + " " + file.get() + " " + UnreadableFile.reason(e))
                    .toException(e);
        }
        return file.get();
    }

    /** What a side says that TLS keeps from talking to the other. */
    static ChunkServerException refused(ServerAddress remote, Throwable thrown) {
        return Failure.of(ErrorCode.REFUSED, "no TLS connection with " + remote + ": " + rootMessage(thrown))
                .withHint(
                        "see that both sides use TLS, that each trusts the authority of the other's certificate, and that the "
                                + "server's is made out to the host by which it is called")
                .toException(thrown);
    }

    private static String rootMessage(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof NotSslRecordException) {
            return "the other side speaks no TLS";
        }
        // A server without TLS takes the first bytes for nonsense and hangs up.
        return root instanceof ClosedChannelException || root.getMessage() == null
                ? "the connection was closed before both had agreed on it; perhaps the other side speaks no TLS"
                : root.getMessage();
    }

    /** Whether there is a certificate to be shown to those who connect. */
    boolean canListen() {
        return incoming != null;
    }

    /** Speaks TLS on a connection that was opened here; checks that the other side is who was called. */
    SslHandler outgoing(SocketChannel channel, ServerAddress called, Duration timeout) {
        return timed(outgoing.newHandler(channel.alloc(), called.host(), called.port()), timeout);
    }

    /** Speaks TLS on a connection that was accepted. */
    SslHandler incoming(SocketChannel channel, Duration timeout) {
        if (incoming == null) {
            throw new IllegalStateException("nothing is accepted without a certificate");
        }
        return timed(incoming.newHandler(channel.alloc()), timeout);
    }

    /** A socket is closed when what was sent has had its time: then there is no more waiting for a peer that takes nothing. */
    private static SslHandler timed(SslHandler handler, Duration handshakeTimeout) {
        handler.setHandshakeTimeoutMillis(handshakeTimeout.toMillis());
        handler.setCloseNotifyFlushTimeoutMillis(1);
        return handler;
    }
}
