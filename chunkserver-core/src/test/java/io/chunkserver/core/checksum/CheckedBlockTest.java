package io.chunkserver.core.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CheckedBlockTest {

    @Test
    void aBlockOfKnownBytesIsIntact() {
        CheckedBlock block = CheckedBlock.of(StandardCharsets.US_ASCII.encode("123456789"));

        assertThat(block.crc32c()).isEqualTo(0xE3069283);
        assertThat(block.lengthBytes()).isEqualTo(9);
        assertThat(block.intact()).isTrue();
        assertThat(block.intact()).as("asked again").isTrue();
    }

    @Test
    void anyChangedBitIsSeen() {
        byte[] bytes = "123456789".getBytes(StandardCharsets.US_ASCII);
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(new CheckedBlock(ByteBuffer.wrap(changed), 0xE3069283).intact())
                    .as("bit %d", bit)
                    .isFalse();
        }
    }
}
