package io.chunkserver.core.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockChecksumsTest {

    private static final int BLOCK = BlockLayout.BLOCK_BYTES;

    private final BlockChecksums checksums = new BlockChecksums();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 40 * BLOCK, 40 * BLOCK + 3})
    void addUpToTheChecksumOfTheWhole(int length) {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        ByteBuffer table = ByteBuffer.allocate(BlockLayout.blockCount(length) * 4);
        for (int block = 0; block < BlockLayout.blockCount(length); block++) {
            int crc = Crc32c.of(ByteBuffer.wrap(data, block * BLOCK, BlockLayout.blockLength(block, length)));
            checksums.add(crc, BlockLayout.blockLength(block, length));
            assertThat(checksums.of(block)).isEqualTo(crc);
            table.putInt(crc);
        }

        assertThat(checksums.lengthBytes()).isEqualTo(length);
        assertThat(checksums.count()).isEqualTo(BlockLayout.blockCount(length));
        assertThat(checksums.crc32c()).isEqualTo(Crc32c.of(ByteBuffer.wrap(data)));
        ByteBuffer written = ByteBuffer.allocate(table.capacity());
        checksums.writeTo(written);
        assertThat(written.flip()).isEqualTo(table.flip());
    }

    @Test
    void refuseBlocksThatCannotFollowAndStayAsTheyWere() {
        checksums.add(1, BLOCK);
        checksums.add(2, BLOCK - 1);

        assertThatThrownBy(() -> checksums.add(3, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("block 2");
        assertThatThrownBy(() -> new BlockChecksums().add(3, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new BlockChecksums().add(3, BLOCK + 1)).isInstanceOf(IllegalArgumentException.class);
        assertThat(checksums.count()).isEqualTo(2);
        assertThat(checksums.lengthBytes()).isEqualTo(2L * BLOCK - 1);
    }

    @Test
    void knowOnlyBlocksThatWereAdded() {
        checksums.add(1, BLOCK);

        assertThatThrownBy(() -> checksums.of(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> checksums.of(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
