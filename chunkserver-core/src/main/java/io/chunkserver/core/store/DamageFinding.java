package io.chunkserver.core.store;

import java.nio.file.Path;
import java.util.Locale;

/**
 * A file that was found damaged, or could not be read for good, and was moved out of the way. Which chunk it was is not always
 * known: the name is a hash, and the footer may be what is damaged.
 *
 * @param file       where it was, below the store's disk
 * @param quarantine where it is now
 * @param kind       what was found
 * @param reason     what is wrong with it, in a sentence for a person
 */
public record DamageFinding(Path file, Path quarantine, Kind kind, String reason) {

    /** What is found of a file. */
    public enum Kind {
        /** It is not what it should be. */
        DAMAGED,
        /** The device refuses to read it, again and again, while it reads others. */
        UNREADABLE;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A damaged file. */
    public DamageFinding(Path file, Path quarantine, String reason) {
        this(file, quarantine, Kind.DAMAGED, reason);
    }
}
