package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of keys of several algorithms and sizes, each certificate has one. */
class PemKeyPairTest {

    private static final List<Algorithm> ALGORITHMS =
            List.of(Algorithm.ecp256, Algorithm.ecp256, Algorithm.ecp384, Algorithm.rsa2048);

    @TempDir
    private Path folder;

    private Path certificate(int number) {
        return folder.resolve(number + ".pem");
    }

    private Path key(int number) {
        return folder.resolve(number + ".key");
    }

    @Test
    void aCertificateIsThatOfItsOwnKeyAlone() throws Exception {
        for (int i = 0; i < ALGORITHMS.size(); i++) {
            X509Bundle made = new CertificateBuilder()
                    .subject("CN=member")
                    .setIsCertificateAuthority(true)
                    .algorithm(ALGORITHMS.get(i))
                    .buildSelfSigned();
            Files.writeString(certificate(i), made.getCertificatePEM());
            Files.writeString(key(i), made.getPrivateKeyPEM());
        }
        for (int i = 0; i < ALGORITHMS.size(); i++) {
            for (int j = 0; j < ALGORITHMS.size(); j++) {
                assertThat(PemKeyPair.matches(certificate(i), key(j)))
                        .as("certificate %s and key %s of %s", i, j, ALGORITHMS)
                        .isEqualTo(i == j);
            }
        }
    }
}
