package io.chunkserver.runner.bench;

import java.io.InputStream;
import java.util.SplittableRandom;

/**
 * So many bytes that do not compress, which cost nothing to make: one block of noise, over and over. For one thread.
 */
final class RepeatedBytes extends InputStream {

    /** Odd, so that blocks of a power of two differ from one another. */
    private static final byte[] NOISE = noise((1 << 20) + 1);

    private long left;
    private int at;

    RepeatedBytes(long lengthBytes) {
        this.left = lengthBytes;
    }

    static byte[] noise(int lengthBytes) {
        byte[] noise = new byte[lengthBytes];
        new SplittableRandom(lengthBytes).nextBytes(noise);
        return noise;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int count = (int) Math.min(Math.min(length, left), NOISE.length - at);
        System.arraycopy(NOISE, at, target, offset, count);
        at = (at + count) % NOISE.length;
        left -= count;
        return count;
    }
}
