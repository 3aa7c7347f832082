package io.chunkserver.transport.client;

import io.chunkserver.core.model.ReadMode;
import java.util.OptionalLong;

/**
 * What is read of a chunk.
 *
 * @param offset the first byte
 * @param length how many bytes; empty for all up to the end
 * @param mode   which version
 */
public record ReadOptions(long offset, OptionalLong length, ReadMode mode) {

    /** The whole chunk in the version that is committed at the server asked. */
    public static final ReadOptions ALL = new ReadOptions(0, OptionalLong.empty(), ReadMode.COMMITTED);

    public ReadOptions {
        if (offset < 0 || length.orElse(0) < 0 || offset > Long.MAX_VALUE - length.orElse(0)) {
            throw new IllegalArgumentException(
                    "a read of " + length + " bytes from offset " + offset + " on is not a range");
        }
    }

    public static ReadOptions range(long offset, long length) {
        return new ReadOptions(offset, OptionalLong.of(length), ReadMode.COMMITTED);
    }

    public ReadOptions withMode(ReadMode newMode) {
        return new ReadOptions(offset, length, newMode);
    }
}
