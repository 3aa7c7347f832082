package io.chunkserver.core;

import io.chunkserver.core.model.ChunkVersion;
import java.util.Locale;

/**
 * Which version a read wants.
 *
 * @param kind    how to choose
 * @param version with {@link Kind#AT_LEAST} the oldest that will do, otherwise {@link ChunkVersion#NONE}
 */
public record ReadMode(Kind kind, ChunkVersion version) {

    /** How a read chooses its version. */
    public enum Kind {
        /** The version that is committed at the server asked; another member may be ahead for a moment. */
        COMMITTED,
        /** The committed version, refused when it is older than the given one. */
        AT_LEAST,
        /**
         * The newest version of the whole chain: a server with a promise whose outcome it does not know asks the coordinator
         * first (Terrace and Freedman, CRAQ, ATC 2009).
         */
        LATEST;

        /** The word on the wire and on the command line. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    public static final ReadMode COMMITTED = new ReadMode(Kind.COMMITTED, ChunkVersion.NONE);
    public static final ReadMode LATEST = new ReadMode(Kind.LATEST, ChunkVersion.NONE);

    public static ReadMode atLeast(ChunkVersion version) {
        return new ReadMode(Kind.AT_LEAST, version);
    }
}
