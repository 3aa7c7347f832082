package io.chunkserver.core.testkit;

/** What a name on a {@link MemoryDisk} stands for. */
sealed interface MemoryNode permits MemoryInode, MemoryDirectory {

    /** No two of a disk have the same; a crash changes none. */
    int number();

    /** When it was last changed, on the disk's clock. */
    long modified();
}
