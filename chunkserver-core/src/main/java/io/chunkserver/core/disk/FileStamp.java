package io.chunkserver.core.disk;

/**
 * When a file or directory was last changed, as its file system says: of a file the bytes, of a directory the names in it.
 *
 * <p>A stamp that differs from an earlier one tells of a change, or of another file under the name. Stamps that are equal tell that
 * nothing was changed only if the clock of the file system had moved on since: it goes in ticks, of milliseconds on today's file systems.
 *
 * @param file          tells files and directories apart; two of them have the same number by accident only
 * @param modifiedNanos in nanoseconds since 1970
 */
public record FileStamp(int file, long modifiedNanos) {

    /** Whether what has this stamp was changed for the last time in an earlier tick of the clock than what has the other. */
    public boolean isOlderThan(FileStamp other) {
        return modifiedNanos < other.modifiedNanos;
    }
}
