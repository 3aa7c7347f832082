package io.chunkserver.transport.server;

import io.chunkserver.core.checksum.BlockLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Buffers of one block each, outside the heap, used again and again. Safe for many threads. */
final class BlockBuffers {

    private final BlockingQueue<ByteBuffer> free;

    /** Keeps at most so many buffers that nobody uses. */
    BlockBuffers(int maxFree) {
        free = new ArrayBlockingQueue<>(maxFree);
    }

    ByteBuffer take() {
        ByteBuffer buffer = free.poll();
        return buffer == null ? ByteBuffer.allocateDirect(BlockLayout.BLOCK_BYTES) : buffer.clear();
    }

    /** Takes back a buffer that nobody looks at any more; beyond the bound it is left to the garbage collector. */
    void give(ByteBuffer buffer) {
        var unused = free.offer(buffer);
    }
}
