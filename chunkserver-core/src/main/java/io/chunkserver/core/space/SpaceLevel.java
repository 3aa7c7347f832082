package io.chunkserver.core.space;

import java.util.Locale;

/** How full a server is; each level includes what holds at the one before. */
public enum SpaceLevel {
    /** There is room. */
    NORMAL,
    /** Somebody should make room soon; nothing is refused. */
    WARN,
    /** New versions from clients are refused; copies that a master orders, deletes, and all that is open go on. */
    READ_ONLY,
    /** Copies are refused too. */
    CRITICAL;

    /** The word on the wire and in JSON. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
