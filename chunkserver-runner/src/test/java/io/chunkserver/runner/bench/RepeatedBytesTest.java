package io.chunkserver.runner.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepeatedBytesTest {

    private static final int MEBIBYTE = 1 << 20;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_536, MEBIBYTE, MEBIBYTE + 1, MEBIBYTE + 2, 3 * MEBIBYTE + 5})
    void hasTheLengthThatWasAskedFor(int length) throws IOException {
        assertThat(bytes(length)).hasSize(length);
    }

    @Test
    void isTheSameEachTimeAndHoweverItIsRead() throws IOException {
        byte[] expected = bytes(2 * MEBIBYTE + 10);
        try (RepeatedBytes single = new RepeatedBytes(expected.length)) {
            for (byte each : expected) {
                assertThat(single.read()).isEqualTo(each & 0xFF);
            }
            assertThat(single.read()).isEqualTo(-1);
        }
        ByteBuffer pieces = ByteBuffer.allocate(expected.length);
        try (RepeatedBytes inPieces = new RepeatedBytes(expected.length)) {
            byte[] piece = new byte[70_001];
            for (int count = inPieces.read(piece); count >= 0; count = inPieces.read(piece)) {
                pieces.put(piece, 0, count);
            }
        }
        assertThat(pieces.array()).isEqualTo(expected);
    }

    @Test
    void readsIntoItsPartOfTheTargetAlone() throws IOException {
        byte[] target = new byte[10];
        try (RepeatedBytes source = new RepeatedBytes(100)) {
            assertThat(source.read(target, 3, 4)).isEqualTo(4);
        }
        byte[] expected = new byte[10];
        System.arraycopy(bytes(4), 0, expected, 3, 4);
        assertThat(target).isEqualTo(expected);
    }

    @Test
    void askedForNothingItGivesNothingAlsoAtTheEnd() throws IOException {
        try (RepeatedBytes source = new RepeatedBytes(1)) {
            assertThat(source.read(new byte[1], 0, 0)).isZero();
            assertThat(source.read(new byte[5])).isEqualTo(1);
            assertThat(source.read(new byte[1], 0, 0)).isZero();
            assertThat(source.read(new byte[1])).isEqualTo(-1);
        }
    }

    @Test
    void doesNotCompress() throws IOException {
        byte[] bytes = bytes(MEBIBYTE);
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        deflater.setInput(bytes);
        deflater.finish();
        byte[] compressed = new byte[2 * MEBIBYTE];
        assertThat(deflater.deflate(compressed)).isGreaterThanOrEqualTo(MEBIBYTE);
        deflater.end();
    }

    @Test
    void noTwoBlocksAreAlike() throws IOException {
        byte[] bytes = bytes(8 * MEBIBYTE);
        int blockBytes = 64 * 1024;
        Set<ByteBuffer> blocks = new HashSet<>();
        for (int at = 0; at < bytes.length; at += blockBytes) {
            blocks.add(ByteBuffer.wrap(bytes, at, blockBytes).slice());
        }
        assertThat(blocks).hasSize(bytes.length / blockBytes);
    }

    private static byte[] bytes(int length) throws IOException {
        try (RepeatedBytes source = new RepeatedBytes(length)) {
            return source.readAllBytes();
        }
    }
}
