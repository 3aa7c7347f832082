package io.chunkserver.transport.security;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The files of TLS (RFC 8446, or RFC 5246 with peers that know no newer one), all in PEM.
 *
 * <p>One side that connects always checks the other: its certificate has to be signed by an authority that is trusted and to be made
 * out to the host by which it was called, a name or an IP address. The side that listens asks for a certificate in turn when
 * {@code authority} is given: then both sides need one, and nobody from outside gets so far as to send a frame. Chunk servers call each
 * other, so the certificate of a server is used for both.
 *
 * @param givenCertificate the own certificate, followed by those between it and the authority; null for one who only connects, and
 *                         whom nobody asks for one
 * @param givenKey         the private key of that certificate, as PKCS #8 without a password; given if and only if the certificate is
 * @param givenAuthority   the certificates of who is trusted to sign; null for those that the JVM trusts
 */
public record TlsConfig(
        @Nullable Path givenCertificate,
        @Nullable Path givenKey,
        @Nullable Path givenAuthority) {

    public TlsConfig {
        if ((givenCertificate == null) != (givenKey == null)) {
            throw new IllegalArgumentException("a TLS certificate and its key come together; "
                    + (givenKey == null ? "the key is missing" : "the certificate is missing"));
        }
        if (givenCertificate == null && givenAuthority == null) {
            throw new IllegalArgumentException("TLS needs a certificate, an authority or both");
        }
    }

    public Optional<Path> certificate() {
        return Optional.ofNullable(givenCertificate);
    }

    public Optional<Path> key() {
        return Optional.ofNullable(givenKey);
    }

    public Optional<Path> authority() {
        return Optional.ofNullable(givenAuthority);
    }
}
