package io.chunkserver.core.model;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A few words that a client keeps with a chunk, returned by stat; unchangeable and sorted by key.
 *
 * @param values keys and values whose UTF-8 together has at most {@value #MAX_BYTES} bytes
 */
public record Attributes(Map<String, String> values) {

    /** The most that all keys and values of one chunk may take, in bytes of UTF-8. */
    public static final int MAX_BYTES = 4096;

    public static final Attributes NONE = new Attributes(Map.of());

    public Attributes {
        SortedMap<String, String> sorted = new TreeMap<>(values);
        int bytes = 0;
        for (Map.Entry<String, String> entry : sorted.entrySet()) {
            if (entry.getKey().isEmpty()) {
                throw new IllegalArgumentException("a chunk attribute has an empty key");
            }
            bytes += Utf8.length(entry.getKey()) + Utf8.length(entry.getValue());
        }
        if (bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "chunk attributes take " + bytes + " bytes; at most " + MAX_BYTES + " are allowed");
        }
        values = Collections.unmodifiableSortedMap(sorted);
    }
}
