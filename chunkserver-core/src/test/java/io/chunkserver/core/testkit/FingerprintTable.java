package io.chunkserver.core.testkit;

import java.util.Arrays;

/** The fingerprints of visited states, numbered as they came, each with the state it was reached from. */
final class FingerprintTable {

    /** No index: not added, or no parent. */
    static final int NONE = -1;

    private static final int FIRST_CAPACITY = 1 << 12;

    /** Open addressing with linear probing; slots hold an index plus one, so that 0 is free. At most half full. */
    private int[] slots = new int[FIRST_CAPACITY * 2];

    private long[] fingerprints = new long[FIRST_CAPACITY];
    private int[] parents = new int[FIRST_CAPACITY];
    private int[] ordinals = new int[FIRST_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    int parent(int index) {
        return parents[index];
    }

    int ordinal(int index) {
        return ordinals[index];
    }

    /** @return the new index, or {@link #NONE} when the fingerprint is there already */
    int add(long fingerprint, int parent, int ordinal) {
        int slot = slot(fingerprint);
        if (slots[slot] != 0) {
            return NONE;
        }
        if (size == fingerprints.length) {
            grow();
            slot = slot(fingerprint);
        }
        fingerprints[size] = fingerprint;
        parents[size] = parent;
        ordinals[size] = ordinal;
        slots[slot] = size + 1;
        return size++;
    }

    /** The slot of this fingerprint, or the free one where it belongs. */
    private int slot(long fingerprint) {
        int mask = slots.length - 1;
        int slot = (int) (fingerprint ^ (fingerprint >>> 32)) & mask;
        while (slots[slot] != 0 && fingerprints[slots[slot] - 1] != fingerprint) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void grow() {
        int capacity = fingerprints.length * 2;
        fingerprints = Arrays.copyOf(fingerprints, capacity);
        parents = Arrays.copyOf(parents, capacity);
        ordinals = Arrays.copyOf(ordinals, capacity);
        slots = new int[capacity * 2];
        for (int index = 0; index < size; index++) {
            slots[slot(fingerprints[index])] = index + 1;
        }
    }
}
