package io.chunkserver.core.checksum;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;

/**
 * Places for one block each, used again and again: a new one can cost more than the block's whole way through it, since memory that nobody
 * has touched lately has to be cleared and fetched. Safe for many threads.
 *
 * @param <T> a buffer or an array, of {@link BlockLayout#BLOCK_BYTES} bytes
 */
public final class BlockBuffers<T> {

    private final BlockingQueue<T> free;
    private final Supplier<T> allocate;

    private BlockBuffers(int maxFree, Supplier<T> allocate) {
        this.free = new ArrayBlockingQueue<>(maxFree);
        this.allocate = allocate;
    }

    /** Outside the heap; at most so many are kept that nobody uses. */
    public static BlockBuffers<ByteBuffer> direct(int maxFree) {
        return new BlockBuffers<>(maxFree, () -> ByteBuffer.allocateDirect(BlockLayout.BLOCK_BYTES));
    }

    /** On the heap; at most so many are kept that nobody uses. */
    public static BlockBuffers<byte[]> arrays(int maxFree) {
        return new BlockBuffers<>(maxFree, () -> new byte[BlockLayout.BLOCK_BYTES]);
    }

    /** One that nobody uses, as it was given back. */
    public T take() {
        T buffer = free.poll();
        return buffer == null ? allocate.get() : buffer;
    }

    /** Takes back one that nobody looks at any more; beyond the bound it is left to the garbage collector. */
    public void give(T buffer) {
        var unused = free.offer(buffer);
    }
}
