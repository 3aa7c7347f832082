package io.chunkserver.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be a frame. */
class FrameTest {

    @Test
    void aHeaderOrBodyOverItsLimitIsRefused() {
        ByteBuffer header = ByteBuffer.allocate(Frame.MAX_HEADER_BYTES + 1);
        assertThatThrownBy(() -> Frame.of(FrameType.RESPONSE, 1, header)).isInstanceOf(IllegalArgumentException.class);
        ByteBuffer body = ByteBuffer.allocate(Frame.MAX_BODY_BYTES + 1);
        assertThatThrownBy(() -> Frame.data(1, body, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLimitsThemselvesAreAllowed() {
        assertThat(Frame.of(FrameType.RESPONSE, 1, header(Frame.MAX_HEADER_BYTES))
                        .header()
                        .remaining())
                .isEqualTo(Frame.MAX_HEADER_BYTES);
        assertThat(Frame.data(1, header(Frame.MAX_BODY_BYTES), 0).body().remaining())
                .isEqualTo(Frame.MAX_BODY_BYTES);
    }

    @ParameterizedTest
    @EnumSource(FrameType.class)
    void theNumberOfATypeNamesIt(FrameType type) {
        assertThat(FrameType.of(type.number())).isEqualTo(type);
    }

    private static ByteBuffer header(int lengthBytes) {
        return ByteBuffer.allocate(lengthBytes);
    }
}
