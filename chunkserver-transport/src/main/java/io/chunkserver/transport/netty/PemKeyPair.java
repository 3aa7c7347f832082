package io.chunkserver.transport.netty;

import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a certificate is that of a key: a context takes any two, and the first peer would find out.
 *
 * <p>A subclass only to read the files in the way in which a context does.
 */
abstract class PemKeyPair extends SslContext {

    /** How keys of an algorithm sign. */
    private static final Map<String, String> SIGNATURES = Map.of(
            "RSA", "SHA256withRSA",
            "EC", "SHA256withECDSA",
            "DSA", "SHA256withDSA",
            "EdDSA", "EdDSA");

    private static final byte[] SAMPLE = "what the key signs".getBytes(StandardCharsets.US_ASCII);

    private PemKeyPair() {}

    /** Whether the first certificate confirms what the key signs; true of certificates that confirm in a way that is not known here. */
    static boolean matches(Path certificate, Path key) throws GeneralSecurityException, IOException {
        PublicKey confirming = toX509Certificates(certificate.toFile())[0].getPublicKey();
        byte[] encoded = toPrivateKey(key.toFile(), null).getEncoded();
        @Nullable String algorithm = SIGNATURES.get(confirming.getAlgorithm());
        return algorithm == null || confirms(Signature.getInstance(algorithm), confirming, encoded);
    }

    private static boolean confirms(Signature signature, PublicKey confirming, byte[] encoded)
            throws GeneralSecurityException {
        try {
            // Read anew, since what reads PEM may be another provider than that which signs and confirms.
            signature.initSign(KeyFactory.getInstance(confirming.getAlgorithm())
                    .generatePrivate(new PKCS8EncodedKeySpec(encoded)));
            signature.update(SAMPLE);
            byte[] signed = signature.sign();
            signature.initVerify(confirming);
            signature.update(SAMPLE);
            return signature.verify(signed);
        } catch (InvalidKeySpecException | SignatureException e) {
            return false; // The key is of another algorithm or size.
        }
    }
}
