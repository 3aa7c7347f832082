package io.chunkserver.core.checksum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockLayoutTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "65535, 1", "65536, 1", "65537, 2", "1073741824, 16384", "140737488289792, 2147483647"})
    void countsBlocks(long lengthBytes, int blocks) {
        assertThat(BlockLayout.blockCount(lengthBytes)).isEqualTo(blocks);
    }

    @Test
    void refusesMoreBlocksThanCanBeCounted() {
        assertThatThrownBy(() -> BlockLayout.blockCount(1L << 47)).isInstanceOf(ArithmeticException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 65535, 65536, 65537, 3 * 65536, 3 * 65536 + 1})
    void blocksAddUpToTheChunk(long lengthBytes) {
        long sum = 0;
        int blocks = BlockLayout.blockCount(lengthBytes);
        for (int block = 0; block < blocks; block++) {
            int length = BlockLayout.blockLength(block, lengthBytes);
            assertThat(length).isBetween(1, BlockLayout.BLOCK_BYTES);
            assertThat(BlockLayout.blockAt(sum)).isEqualTo(block);
            sum += length;
            assertThat(BlockLayout.blockAt(sum - 1)).isEqualTo(block);
        }
        assertThat(sum).isEqualTo(lengthBytes);
    }
}
