package io.chunkserver.transport.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedSecretTest {

    @TempDir
    private Path folder;

    private static byte[] proof(SharedSecret secret) {
        return secret.proof((byte) 'c', bytes("one"), bytes("two"));
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static SharedSecret secret(String text) {
        return SharedSecret.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** HMAC-SHA-256 of "conetwo" with the key "0123456789abcdef", by openssl dgst. */
    @Test
    void aProofIsWhatOtherSoftwareComputes() {
        assertThat(HexFormat.of().formatHex(proof(secret("0123456789abcdef"))))
                .isEqualTo("087105a14e9db7c92c32f988da945a5057c577e3e667d3df1c48968311f62a1a");
    }

    @Test
    void aProofDependsOnTheSecretTheSideAndBothChallenges() {
        SharedSecret secret = secret("0123456789abcdef");
        byte[] proof = proof(secret);
        assertThat(proof).hasSize(SharedSecret.PROOF_BYTES).isEqualTo(proof(secret));
        assertThat(proof(secret("0123456789abcdeg"))).isNotEqualTo(proof);
        assertThat(secret.proof((byte) 's', bytes("one"), bytes("two"))).isNotEqualTo(proof);
        assertThat(secret.proof((byte) 'c', bytes("two"), bytes("two"))).isNotEqualTo(proof);
        assertThat(secret.proof((byte) 'c', bytes("one"), bytes("one"))).isNotEqualTo(proof);
    }

    @Test
    void theSecretIsNeverWritten() {
        assertThat(secret("0123456789abcdef").toString()).doesNotContain("0123", "3031");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0123456789abcdef", "0123456789abcdef\n", "0123456789abcdef\r\n"})
    void lineEndsAtTheEndOfTheFileDoNotCount(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), content);
        assertThat(proof(SharedSecret.read(file))).isEqualTo(proof(secret("0123456789abcdef")));
    }

    @Test
    void theLongestSecretIsReadAndNotALongerOne() throws IOException {
        Path file = folder.resolve("secret");
        Files.write(file, new byte[SharedSecret.MAX_BYTES]);
        SharedSecret.read(file);
        Files.write(file, new byte[SharedSecret.MAX_BYTES + 1]);
        assertUnusable(file, "has 16 to 4096 bytes");
    }

    @Test
    void aFileThatCannotBeUsedIsNamedAndItsContentNot() throws IOException {
        Path file = Files.writeString(folder.resolve("short"), "guess me\n");
        assertUnusable(file, "only 8");
        assertThatThrownBy(() -> SharedSecret.read(file)).hasMessageNotContaining("guess");
        assertUnusable(folder.resolve("missing"), "does not exist");
        assertUnusable(folder, "cannot be read");
    }

    private static void assertUnusable(Path file, String words) {
        assertThatThrownBy(() -> SharedSecret.read(file))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BAD_CONFIGURATION))
                .hasMessageContaining(file.toString())
                .hasMessageContaining(words);
    }

    @Test
    void bytesInCodeAreCheckedAlike() {
        assertThatIllegalArgumentException().isThrownBy(() -> SharedSecret.of(new byte[15]));
        assertThatIllegalArgumentException().isThrownBy(() -> SharedSecret.of(new byte[4097]));
    }
}
