package io.chunkserver.transport.protocol;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a reader says about bytes that are no frame. */
class FrameFormatTest {

    private static final int VERSION_AT = 2;
    private static final int TYPE_AT = 3;
    private static final int HEADER_LENGTH_AT = 8;
    private static final int BODY_LENGTH_AT = 12;
    private static final int RESERVED_AT = 24;
    private static final int CHECKSUM_AT = 28;

    @Test
    void anotherProtocolIsToldAsSuch() {
        ByteBuffer http = bytes("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThatThrownBy(() -> FrameFormat.decode(http)).hasMessageContaining("not a chunk server protocol");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "C", "CS", "CS?"})
    void theBeginningOfAFrameIsNoError(String beginning) {
        assertThatCode(() -> FrameFormat.checkStart(bytes(beginning))).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"S", "CT", "GE"})
    void twoBytesAreEnoughToTellAnotherProtocol(String beginning) {
        assertThatThrownBy(() -> FrameFormat.checkStart(bytes(beginning)))
                .hasMessageContaining("not a chunk server protocol");
    }

    @Test
    void aNewerVersionIsNamed() {
        ByteBuffer bytes = sealed(preamble().put(VERSION_AT, (byte) 2));
        assertThatThrownBy(() -> FrameFormat.decode(bytes)).hasMessageContaining("version 2, which is newer");
    }

    @Test
    void damageIsNotTakenForANewerVersion() {
        ByteBuffer bytes = preamble().put(VERSION_AT, (byte) 2);
        assertThatThrownBy(() -> FrameFormat.decode(bytes)).hasMessageContaining("damaged");
    }

    @Test
    void lengthsOverTheirLimitsAreRefused() {
        ByteBuffer header = sealed(preamble().putInt(HEADER_LENGTH_AT, Frame.MAX_HEADER_BYTES + 1));
        assertThatThrownBy(() -> FrameFormat.decode(header)).hasMessageContaining("header of 1048577 bytes");
        ByteBuffer body = sealed(preamble().putInt(BODY_LENGTH_AT, -1));
        assertThatThrownBy(() -> FrameFormat.decode(body)).hasMessageContaining("body of 4294967295 bytes");
    }

    @Test
    void anUnknownTypeAndReservedBytesAreRefused() {
        ByteBuffer type = sealed(preamble().put(TYPE_AT, (byte) 200));
        assertThatThrownBy(() -> FrameFormat.decode(type)).hasMessageContaining("frame type 200");
        ByteBuffer reserved = sealed(preamble().putInt(RESERVED_AT, 1));
        assertThatThrownBy(() -> FrameFormat.decode(reserved)).hasMessageContaining("reserved");
    }

    @Test
    void aDamagedHeaderIsNoticed() throws Exception {
        Frame frame = Messages.cancel(1);
        ByteBuffer header = bytes("{}");
        ByteBuffer bytes = ByteBuffer.allocate(FrameFormat.PREAMBLE_BYTES);
        FrameFormat.encode(Frame.of(FrameType.END, 1, header), bytes);
        Preamble preamble = FrameFormat.decode(bytes.flip());
        assertThatCode(() -> FrameFormat.checkHeader(preamble, header)).doesNotThrowAnyException();
        assertThatThrownBy(() -> FrameFormat.checkHeader(preamble, frame.header()))
                .hasMessageContaining("damaged");
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ByteBuffer preamble() {
        return FrameFormatProperties.encoded(new Preamble(FrameType.END, 1, 2, 3, 4, 5));
    }

    /** Gives a preamble that was changed on purpose the checksum that fits. */
    private static ByteBuffer sealed(ByteBuffer preamble) {
        return preamble.putInt(CHECKSUM_AT, Crc32c.of(preamble.duplicate().limit(CHECKSUM_AT)));
    }
}
