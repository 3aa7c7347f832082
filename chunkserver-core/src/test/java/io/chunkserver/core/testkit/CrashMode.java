package io.chunkserver.core.testkit;

/** What kind of file system a {@link MemoryDisk} is when it crashes. */
public enum CrashMode {

    /** Promises what POSIX does and nothing more: names that were not forced survive each on its own. */
    POSIX,

    /**
     * Keeps a journal of names, as ext4 and XFS do: those that survive are the first ones of the whole disk, and every
     * force, of a file or a directory, carries all names before it.
     */
    JOURNAL
}
