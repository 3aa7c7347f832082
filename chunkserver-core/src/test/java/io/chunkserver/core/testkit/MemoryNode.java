package io.chunkserver.core.testkit;

/** What a name on a {@link MemoryDisk} stands for. */
sealed interface MemoryNode permits MemoryInode, MemoryDirectory {}
