package io.chunkserver.core.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** P15: the checksum is the one of the standard, and parts add up to the whole. */
class Crc32cProperties {

    /** The definition: division of the bits by the polynomial, one at a time. */
    private static int bitwise(byte[] bytes) {
        int register = 0xFFFFFFFF;
        for (byte next : bytes) {
            register ^= next & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                register = (register & 1) != 0 ? (register >>> 1) ^ 0x82F63B78 : register >>> 1;
            }
        }
        return ~register;
    }

    @Example
    void theCheckValueOfTheStandard() {
        assertThat(Crc32c.of(ByteBuffer.wrap("123456789".getBytes(StandardCharsets.US_ASCII))))
                .isEqualTo(0xE3069283);
        assertThat(Crc32c.of(ByteBuffer.allocate(32))).isEqualTo(0x8A9136AA);
        assertThat(Crc32c.of(ByteBuffer.allocate(0))).isZero();
    }

    @Property
    void equalsTheBitwiseDefinition(@ForAll @Size(max = 300) byte[] bytes) {
        assertThat(Crc32c.of(ByteBuffer.wrap(bytes))).isEqualTo(bitwise(bytes));
    }

    @Property
    void coversPositionToLimitAndLeavesThemAlone(
            @ForAll @Size(max = 100) byte[] bytes, @ForAll @IntRange(max = 100) int from, @ForAll boolean direct) {
        int start = Math.min(from, bytes.length);
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(bytes.length) : ByteBuffer.allocate(bytes.length);
        buffer.put(bytes).flip().position(start);

        assertThat(Crc32c.of(buffer)).isEqualTo(bitwise(Arrays.copyOfRange(bytes, start, bytes.length)));
        assertThat(buffer.position()).isEqualTo(start);
        assertThat(buffer.limit()).isEqualTo(bytes.length);
    }

    @Property
    void theChecksumsOfAnySplitCombineToThatOfTheWhole(@ForAll @Size(max = 8) List<@Size(max = 200) byte[]> parts) {
        ByteBuffer whole =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        int combined = 0;
        for (byte[] part : parts) {
            whole.put(part);
            combined = Crc32c.combine(combined, Crc32c.of(ByteBuffer.wrap(part)), part.length);
        }
        assertThat(combined).isEqualTo(Crc32c.of(whole.flip()));
    }

    @Property
    void combiningIsAssociativeForAnyLengths(
            @ForAll int first,
            @ForAll int second,
            @ForAll int third,
            @ForAll @LongRange(max = 1L << 40) long secondLength,
            @ForAll @LongRange(max = 1L << 40) long thirdLength) {
        int leftFirst = Crc32c.combine(Crc32c.combine(first, second, secondLength), third, thirdLength);
        int rightFirst = Crc32c.combine(first, Crc32c.combine(second, third, thirdLength), secondLength + thirdLength);
        assertThat(leftFirst).isEqualTo(rightFirst);
    }
}
