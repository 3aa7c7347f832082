package io.chunkserver.core.testkit;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The bytes of a simulated file, with zeros where nothing was written. Copies share their pages until one of them is
 * written, so that copying is cheap.
 */
final class ByteImage {

    private static final int PAGE_BYTES = 4096;

    /** Every page that has only zeros and was never written; it is never changed. */
    private static final byte[] ZEROS = new byte[PAGE_BYTES];

    private byte[][] pages = new byte[0][];

    /** Pages that no other image has, which may be changed in place. */
    private final BitSet owned = new BitSet();

    private int size;

    ByteImage() {}

    ByteImage(ByteImage original) {
        this.pages = original.pages.clone();
        this.size = original.size;
        original.owned.clear();
    }

    int size() {
        return size;
    }

    /** Copies bytes out, which must be there. */
    void read(int position, int count, ByteBuffer target) {
        int at = position;
        while (at < position + count) {
            int length = Math.min(position + count - at, PAGE_BYTES - at % PAGE_BYTES);
            target.put(pages[at / PAGE_BYTES], at % PAGE_BYTES, length);
            at += length;
        }
    }

    /** Copies some bytes of this array in. */
    void write(int position, byte[] source, int from, int to) {
        int end = Math.addExact(position, to - from);
        grow(Math.max(size, end));
        int at = position;
        while (at < end) {
            int length = Math.min(end - at, PAGE_BYTES - at % PAGE_BYTES);
            int start = from + at - position;
            byte[] page = pages[at / PAGE_BYTES];
            if (page != ZEROS || !Arrays.equals(source, start, start + length, ZEROS, 0, length)) {
                System.arraycopy(source, start, writable(at / PAGE_BYTES), at % PAGE_BYTES, length);
            }
            at += length;
        }
    }

    /** Makes the file at least this large, with zeros. */
    void grow(int newSize) {
        int needed = (int) (((long) newSize + PAGE_BYTES - 1) / PAGE_BYTES);
        if (needed > pages.length) {
            int had = pages.length;
            pages = Arrays.copyOf(pages, Math.max(needed, had + had / 2));
            Arrays.fill(pages, had, pages.length, ZEROS);
        }
        size = Math.max(size, newSize);
    }

    void truncate(int newSize) {
        if (newSize < size) {
            int within = newSize % PAGE_BYTES;
            int whole = newSize / PAGE_BYTES;
            if (within > 0) {
                Arrays.fill(writable(whole), within, PAGE_BYTES, (byte) 0);
                whole++;
            }
            Arrays.fill(pages, whole, pages.length, ZEROS);
            owned.clear(whole, Math.max(whole, owned.length()));
            size = newSize;
        }
    }

    /** Adds what the file has: its size and its bytes, zeros or never written. */
    void addTo(Fingerprint fingerprint) {
        fingerprint.add(size);
        for (int page = 0; page < pages.length; page++) {
            if (pages[page] != ZEROS && !Arrays.equals(pages[page], ZEROS)) {
                fingerprint.add(page);
                LongBuffer numbers = ByteBuffer.wrap(pages[page]).asLongBuffer();
                while (numbers.hasRemaining()) {
                    fingerprint.add(numbers.get());
                }
            }
        }
    }

    private byte[] writable(int page) {
        if (!owned.get(page)) {
            pages[page] = pages[page].clone();
            owned.set(page);
        }
        return pages[page];
    }
}
