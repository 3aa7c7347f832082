package io.chunkserver.transport.security;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What all servers, masters and clients of a cluster know and nobody else does.
 *
 * <p>Immutable, safe for many threads; is not written anywhere.
 */
public final class SharedSecret {

    /** Below, it could be guessed: 16 random bytes are 128 bits. */
    public static final int MIN_BYTES = 16;

    public static final int MAX_BYTES = 4096;

    /** Of a proof: one of HMAC-SHA-256 (RFC 2104, FIPS 180-4). */
    static final int PROOF_BYTES = 32;

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    private SharedSecret(SecretKeySpec key) {
        this.key = key;
    }

    /**
     * The secret that these bytes are.
     *
     * @throws IllegalArgumentException when there are fewer than {@value #MIN_BYTES} or more than {@value #MAX_BYTES}
     */
    public static SharedSecret of(byte[] bytes) {
        if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException("a shared secret has " + MIN_BYTES + " to " + MAX_BYTES
                    + " bytes, this one " + (bytes.length > MAX_BYTES ? "more" : "only " + bytes.length));
        }
        return new SharedSecret(new SecretKeySpec(bytes, ALGORITHM));
    }

    /**
     * Reads the secret: all bytes of the file but line ends after the last.
     *
     * @throws ChunkServerException with {@code BAD_CONFIGURATION}, naming the file and not its content
     */
    public static SharedSecret read(Path file) throws ChunkServerException {
        try (InputStream open = Files.newInputStream(file)) {
            byte[] bytes = open.readNBytes(MAX_BYTES + 3);
            int length = bytes.length;
            while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
                length--;
            }
            return of(Arrays.copyOf(bytes, length));
        } catch (IOException e) {
            throw unusable(file, UnreadableFile.reason(e), e);
        } catch (IllegalArgumentException e) {
            throw unusable(file, "cannot be used: " + e.getMessage(), e);
        }
    }

    private static ChunkServerException unusable(Path file, String why, Exception cause) {
        return Failure.of(ErrorCode.BAD_CONFIGURATION, "secret file " + file + " " + why)
                .withHint(
                        "make one with: openssl rand -hex 32 > FILE, readable by nobody else, the same on all machines")
                .toException(cause);
    }

    /**
     * Shows knowledge of the secret to one who chose one of the challenges.
     *
     * @param side who shows it, so that nobody can send a proof back
     */
    byte[] proof(byte side, ByteBuffer clientChallenge, ByteBuffer serverChallenge) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(side);
            mac.update(clientChallenge.duplicate());
            mac.update(serverChallenge.duplicate());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    @Override
    public String toString() {
        return "a shared secret";
    }
}
