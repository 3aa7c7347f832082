package io.chunkserver.core.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of a simulated file: an array that grows, with zeros where nothing was written. */
final class ByteImage {

    private byte[] bytes = new byte[0];
    private int size;

    ByteImage() {}

    ByteImage(ByteImage original) {
        this.bytes = Arrays.copyOf(original.bytes, original.size);
        this.size = original.size;
    }

    int size() {
        return size;
    }

    /** Copies bytes out. */
    byte[] read(int position, int count) {
        return Arrays.copyOfRange(bytes, position, position + count);
    }

    /** Copies the buffer's remaining bytes in; its position stays. */
    void write(int position, ByteBuffer source) {
        int end = Math.addExact(position, source.remaining());
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, (int) Math.min(Integer.MAX_VALUE - 8, bytes.length * 2L)));
        }
        source.get(source.position(), bytes, position, source.remaining());
        size = Math.max(size, end);
    }

    void truncate(int newSize) {
        if (newSize < size) {
            Arrays.fill(bytes, newSize, size, (byte) 0);
            size = newSize;
        }
    }
}
