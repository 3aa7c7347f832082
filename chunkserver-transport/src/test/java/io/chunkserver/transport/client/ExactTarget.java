package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.util.Arrays;

/** Fails at the first byte that is not the one that was stored, also when the read fails later. */
final class ExactTarget extends OutputStream {

    private final byte[] expected;
    private int delivered;

    ExactTarget(byte[] expected) {
        this.expected = expected;
    }

    @Override
    public void write(int one) {
        write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        int differs = Arrays.mismatch(
                bytes, offset, offset + length, expected, delivered, Math.min(expected.length, delivered + length));
        assertThat(differs)
                .as(
                        "byte %s of %s was handed on and is not the one that was stored",
                        delivered + differs, expected.length)
                .isEqualTo(-1);
        delivered += length;
    }

    int delivered() {
        return delivered;
    }

    void assertComplete() {
        assertThat(delivered).as("bytes handed on").isEqualTo(expected.length);
    }
}
