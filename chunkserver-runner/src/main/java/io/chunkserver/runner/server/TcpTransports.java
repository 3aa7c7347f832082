package io.chunkserver.runner.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.netty.TcpTransport;
import io.chunkserver.transport.netty.TcpTransportConfig;
import io.chunkserver.transport.security.TlsConfig;
import java.util.Optional;

/** What servers, masters and clients of this program talk through. */
public final class TcpTransports {

    private TcpTransports() {}

    /**
     * A transport, for the caller to close.
     *
     * @param tls empty where bytes go as they are
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when a file of TLS is missing or wrong
     */
    public static Transport open(Optional<TlsConfig> tls) throws ChunkServerException {
        return tls.isPresent()
                ? TcpTransport.secured(TcpTransportConfig.DEFAULT, tls.get())
                : new TcpTransport(TcpTransportConfig.DEFAULT);
    }

    /**
     * The same for one who also listens.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} also when there is TLS without a certificate to show
     */
    public static Transport openToListen(Optional<TlsConfig> tls) throws ChunkServerException {
        if (tls.isPresent() && tls.get().certificate().isEmpty()) {
            throw Failure.of(
                            ErrorCode.BAD_CONFIGURATION,
                            "a server has to show a TLS certificate, and is given none beside the authority "
                                    + tls.get().authority().orElseThrow())
                    .withHint("give --tls-cert and --tls-key as well; an authority alone is enough for clients")
                    .toException();
        }
        return open(tls);
    }

    /**
     * Reads the files of TLS as {@link #open} does.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION} when one of them is missing or wrong
     */
    public static void check(Optional<TlsConfig> tls) throws ChunkServerException {
        open(tls).close();
    }

    /** The same as {@link #openToListen} does. */
    public static void checkToListen(Optional<TlsConfig> tls) throws ChunkServerException {
        openToListen(tls).close();
    }
}
