package io.chunkserver.runner.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.runner.config.SecurityConfig;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.security.SecretTransport;
import io.chunkserver.transport.security.SharedSecret;
import io.chunkserver.transport.security.TlsConfig;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;

/** What servers, masters and clients of this program talk through. */
public final class TcpTransports {

    private TcpTransports() {}

    /**
     * A transport, for the caller to close.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when a file of TLS or the secret is missing or wrong
     */
    public static Transport open(SecurityConfig security) throws ChunkServerException {
        Optional<Path> secretFile = security.secretFile();
        if (secretFile.isEmpty()) {
            return carrier(security.tls());
        }
        // Before the carrier, which has threads that would stay.
        SharedSecret secret = SharedSecret.read(secretFile.get());
        return new SecretTransport(carrier(security.tls()), secret, new SecureRandom());
    }

    private static Transport carrier(Optional<TlsConfig> tls) throws ChunkServerException {
        return tls.isPresent()
                ? TcpTransport.secured(TcpTransportConfig.DEFAULT, tls.get())
                : new TcpTransport(TcpTransportConfig.DEFAULT);
    }

    /**
     * The same for one who also listens.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} also when there is TLS without a certificate to show
     */
    public static Transport openToListen(SecurityConfig security) throws ChunkServerException {
        Optional<TlsConfig> tls = security.tls();
        if (tls.isPresent() && tls.get().certificate().isEmpty()) {
            throw Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "a server has to show a TLS certificate, and is given none beside the authority "
                                    + tls.get().authority().orElseThrow())
                    .withHint("give --tls-cert and --tls-key as well; an authority alone is enough for clients")
                    .toException();
        }
        return open(security);
    }

    /**
     * Reads the files of TLS and the secret as {@link #open} does.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when one of them is missing or wrong
     */
    public static void check(SecurityConfig security) throws ChunkServerException {
        open(security).close();
    }

    /** The same as {@link #openToListen} does. */
    public static void checkToListen(SecurityConfig security) throws ChunkServerException {
        openToListen(security).close();
    }
}
