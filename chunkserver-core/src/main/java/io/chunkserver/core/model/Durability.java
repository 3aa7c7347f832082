package io.chunkserver.core.model;

import java.util.Locale;

/** What a member guarantees about a chunk's bytes before it votes for a commit. */
public enum Durability {
    /** Bytes, size and directory entry were forced to the disk: they outlive a power loss. */
    SYNC,
    /** The operating system has the bytes, in its page cache or on the device, unforced: they outlive the process, not a power loss. */
    OS;

    /** The word used on the command line, on the wire and in files. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@link #word()}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static Durability parse(String word) {
        for (Durability durability : values()) {
            if (durability.word().equals(word)) {
                return durability;
            }
        }
        throw new IllegalArgumentException("durability must be sync or os");
    }
}
