package io.chunkserver.core.fsck;

import java.util.Locale;

/** What the index checkpoint is worth beside the files that it was compared with; what is later outweighs what is before. */
public enum IndexVerdict {
    /** It says what the files say. */
    RIGHT,
    /** The files have what it does not know, or knows an older version of: a start is better off without it. */
    BEHIND,
    /** It knows of a version that no file was found to have: without it a start may take an older one for the newest, or miss nothing. */
    NEEDED;

    /** The verdict on what both were given for. */
    IndexVerdict and(IndexVerdict other) {
        return compareTo(other) < 0 ? other : this;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
