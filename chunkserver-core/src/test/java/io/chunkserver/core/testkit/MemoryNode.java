package io.chunkserver.core.testkit;

/** What a name on a {@link MemoryDisk} stands for. */
sealed interface MemoryNode permits MemoryInode, MemoryDirectory {

    /** Falls back to what was forced. */
    void crash();
}
