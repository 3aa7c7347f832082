package io.chunkserver.transport.netty;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Gives a frame's memory back to the pool, once. A second release would free memory that belongs to another frame by then, so it
 * fails instead. Safe for many threads.
 */
final class FrameRelease implements Runnable {

    private final AtomicReference<ByteBuf> memory;

    FrameRelease(ByteBuf memory) {
        this.memory = new AtomicReference<>(memory);
    }

    @Override
    public void run() {
        ByteBuf held = memory.getAndSet(null);
        if (held == null) {
            throw new IllegalStateException("a frame was released twice");
        }
        held.release();
    }
}
