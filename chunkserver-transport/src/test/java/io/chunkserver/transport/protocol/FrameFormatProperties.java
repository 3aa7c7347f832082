package io.chunkserver.transport.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.nio.ByteBuffer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Promise P14 for the bytes around a message. */
class FrameFormatProperties {

    private static final int PREAMBLE_BITS = FrameFormat.PREAMBLE_BYTES * 8;

    @Property
    void preamblesAreReadAsTheyWereWritten(@ForAll("preambles") Preamble preamble) throws Exception {
        ByteBuffer bytes = encoded(preamble);
        FrameFormat.checkStart(bytes);
        assertThat(FrameFormat.decode(bytes)).isEqualTo(preamble);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Property
    void everyFlippedBitIsNoticed(
            @ForAll("preambles") Preamble preamble, @ForAll @IntRange(max = PREAMBLE_BITS - 1) int bit) {
        ByteBuffer bytes = encoded(preamble);
        bytes.put(bit / 8, (byte) (bytes.get(bit / 8) ^ 1 << bit % 8));
        assertProtocolError(bytes);
    }

    @Property
    void bytesOfSomethingElseAreOneTypedError(@ForAll @Size(FrameFormat.PREAMBLE_BYTES) byte[] bytes) {
        assertProtocolError(ByteBuffer.wrap(bytes));
    }

    private static void assertProtocolError(ByteBuffer bytes) {
        assertThatThrownBy(() -> FrameFormat.decode(bytes))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PROTOCOL_ERROR));
        assertThat(bytes.position()).isZero();
    }

    static ByteBuffer encoded(Preamble preamble) {
        ByteBuffer bytes = ByteBuffer.allocate(FrameFormat.PREAMBLE_BYTES);
        FrameFormat.encode(preamble, bytes);
        return bytes.flip();
    }

    @Provide
    Arbitrary<Preamble> preambles() {
        return Combinators.combine(
                        Arbitraries.of(FrameType.class),
                        Arbitraries.integers(),
                        Arbitraries.integers().between(0, Frame.MAX_HEADER_BYTES),
                        Arbitraries.integers().between(0, Frame.MAX_BODY_BYTES),
                        Arbitraries.integers(),
                        Arbitraries.integers())
                .as(Preamble::new);
    }
}
