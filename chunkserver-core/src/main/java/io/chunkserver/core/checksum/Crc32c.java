package io.chunkserver.core.checksum;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C of buffers, and of a whole out of its parts. */
public final class Crc32c {

    /** The Castagnoli polynomial, bits reversed. */
    private static final int POLYNOMIAL = 0x82F63B78;

    /** x to the power of 8 * 2^k modulo the polynomial, for k = 0 to 63: the operators of 2^k zero bytes. */
    private static final int[] ZERO_BYTES = zeroByteOperators();

    private Crc32c() {}

    /** The checksum of the bytes from position to limit; the buffer's position stays. */
    public static int of(ByteBuffer data) {
        CRC32C crc = new CRC32C();
        crc.update(data.duplicate());
        return (int) crc.getValue();
    }

    /**
     * The checksum of two runs of bytes one after the other, from their own checksums.
     *
     * <p>As in zlib's crc32_combine: appending n bytes multiplies the first checksum by x^(8n) in the field of the
     * polynomial; the second is then added.
     *
     * @param first             checksum of the first run
     * @param second            checksum of the second run
     * @param secondLengthBytes length of the second run
     */
    public static int combine(int first, int second, long secondLengthBytes) {
        int operator = 1 << 31;
        for (int k = 0; secondLengthBytes >> k != 0; k++) {
            if ((secondLengthBytes >> k & 1) != 0) {
                operator = multiply(ZERO_BYTES[k], operator);
            }
        }
        return multiply(operator, first) ^ second;
    }

    private static int[] zeroByteOperators() {
        int[] operators = new int[63];
        int power = 1 << 30;
        for (int doubling = 0; doubling < 3; doubling++) {
            power = multiply(power, power);
        }
        for (int k = 0; k < operators.length; k++) {
            operators[k] = power;
            power = multiply(power, power);
        }
        return operators;
    }

    /** The product of two polynomials modulo the Castagnoli polynomial; the highest bit is the constant term. */
    private static int multiply(int a, int b) {
        int product = 0;
        int shifted = b;
        for (int bit = 31; bit >= 0; bit--) {
            if ((a >>> bit & 1) != 0) {
                product ^= shifted;
            }
            shifted = (shifted & 1) != 0 ? shifted >>> 1 ^ POLYNOMIAL : shifted >>> 1;
        }
        return product;
    }
}
