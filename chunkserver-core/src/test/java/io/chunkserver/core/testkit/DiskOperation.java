package io.chunkserver.core.testkit;

import java.nio.file.Path;

/**
 * One call to a disk or to an open file of it.
 *
 * @param kind what is done
 * @param path what it is done to; of an open file, its present name; of a rename, the old one
 */
public record DiskOperation(Kind kind, Path path) {

    /** What can be done to a disk. */
    public enum Kind {
        CREATE(true),
        OPEN(false),
        READ(false),
        WRITE(true),
        TRUNCATE(true),
        FORCE(true),
        RENAME(true),
        DELETE(true),
        CREATE_DIRECTORIES(true),
        FORCE_DIRECTORY(true),
        LIST(false),
        SIZE(false),
        STAMP(false),
        FREE_BYTES(false),
        LOCK(false);

        private final boolean change;

        Kind(boolean change) {
            this.change = change;
        }
    }

    /** Whether it can make a difference to what a crash leaves. */
    public boolean isChange() {
        return kind.change;
    }
}
