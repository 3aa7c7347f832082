package io.chunkserver.core.store;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes the blocks of a file many at a time. One that is forced when it is complete is written past the page cache: it gains nothing from
 * being copied there before, where taking and filling a page costs more than all else that is done with its bytes, and pushes out what is
 * read. One that is not forced mostly is, see {@link WriteWays}.
 *
 * <p>Where as many files as allowed are written in this way, where no memory is left for it, and where the disk cannot write past the cache
 * what is forced, each block is written as it comes.
 *
 * <p>For one thread at a time.
 */
final class GatheredWrites implements Closeable {

    /** What is written at once: large enough for a disk's full speed without the help of a cache. */
    static final int GATHERED_BYTES = 16 * BlockLayout.BLOCK_BYTES;

    private final DiskFile file;
    private final Buffers buffers;

    /** None for a file that is forced. */
    private final @Nullable WriteWays ways;

    private @Nullable ByteBuffer gathered;

    /** Bytes that were handed on to the file. */
    private long writtenBytes;

    /** A first block has come, by which it was settled whether blocks are gathered. */
    private boolean begun;

    private GatheredWrites(DiskFile file, Buffers buffers, @Nullable WriteWays ways) {
        this.file = file;
        this.buffers = buffers;
        this.ways = ways;
    }

    /** For a file that is forced when it is complete. */
    static GatheredWrites durable(DiskFile file, Buffers buffers) {
        return new GatheredWrites(file, buffers, null);
    }

    /** For a file that is complete when all of it is in the page cache or on the device. */
    static GatheredWrites unforced(DiskFile file, Buffers buffers, WriteWays ways) {
        return new GatheredWrites(file, buffers, ways);
    }

    /** Memory to gather blocks in, used again and again; so much at most as for {@code max} files at the same time. Thread-safe. */
    static final class Buffers {

        private final BlockingQueue<ByteBuffer> free;
        private final AtomicInteger left;
        private final IntFunction<ByteBuffer> memory;

        Buffers(int max) {
            this(max, ByteBuffer::allocateDirect);
        }

        /**
         * Buffers of other memory.
         *
         * @param memory gives as many bytes as it is asked for outside the heap, or throws {@link OutOfMemoryError}
         */
        Buffers(int max, IntFunction<ByteBuffer> memory) {
            this.free = new ArrayBlockingQueue<>(Math.max(1, max));
            this.left = new AtomicInteger(max);
            this.memory = memory;
        }

        private @Nullable ByteBuffer take() {
            ByteBuffer used = free.poll();
            if (used != null || left.getAndUpdate(now -> Math.max(0, now - 1)) == 0) {
                return used;
            }
            try {
                return memory.apply(GATHERED_BYTES + DiskFile.DIRECT_ALIGNMENT)
                        .alignedSlice(DiskFile.DIRECT_ALIGNMENT)
                        .limit(GATHERED_BYTES)
                        .slice();
            } catch (OutOfMemoryError e) {
                // The bound on memory outside the heap is met by others: the file is written without, and a later one
                // may have it.
                left.incrementAndGet();
                return null;
            }
        }

        private void give(ByteBuffer buffer) {
            var unused = free.offer(buffer.clear());
        }
    }

    /**
     * Writes the next block, or keeps it until more have come.
     *
     * @return whether bytes have gone into the page cache
     */
    boolean write(ByteBuffer block) throws IOException {
        if (!begun) {
            begun = true;
            // A chunk of less than one block is written in one go as it is.
            gathered = block.remaining() == BlockLayout.BLOCK_BYTES ? buffers.take() : null;
        }
        ByteBuffer into = gathered;
        if (into == null) {
            writeNow(block);
            return true;
        }
        into.put(block);
        return !into.hasRemaining() && writeGathered(into.flip());
    }

    /** Whether bytes have gone into the page cache. */
    private boolean writeGathered(ByteBuffer full) throws IOException {
        if (ways == null) {
            return !writePastCache(full);
        }
        int length = full.remaining();
        boolean cached = ways.write(file, full, writtenBytes);
        writtenBytes += length;
        full.clear();
        return cached;
    }

    private boolean writePastCache(ByteBuffer full) throws IOException {
        int length = full.remaining();
        if (file.writeDirectly(full, writtenBytes)) {
            writtenBytes += length;
            full.clear();
            return true;
        }
        writeNow(full);
        close();
        return false;
    }

    private void writeNow(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        file.writeFully(bytes, writtenBytes);
        writtenBytes += length;
    }

    /** Hands on to the file what was kept so far; no more blocks come. */
    void flush() throws IOException {
        ByteBuffer rest = gathered;
        if (rest != null) {
            writeNow(rest.flip());
            close();
        }
    }

    /** Gives back the memory. Idempotent. */
    @Override
    public void close() {
        ByteBuffer unused = gathered;
        if (unused != null) {
            gathered = null;
            buffers.give(unused);
        }
    }
}
