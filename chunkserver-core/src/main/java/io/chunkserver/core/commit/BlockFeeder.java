package io.chunkserver.core.commit;

import io.chunkserver.core.checksum.BlockBuffers;
import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;

/**
 * Writes a stream of bytes to a {@link ChunkWriter}: cuts it into checked blocks, keeps a bounded number of them under way,
 * finishes with length and checksum.
 *
 * <p>For callers with a thread to wait on. The stream is not closed.
 */
public final class BlockFeeder {

    /** Blocks under way at most: 1 MiB, which covers a disk's or a link's delay at several hundred MB/s. */
    public static final int WINDOW_BLOCKS = 16;

    private BlockFeeder() {}

    /**
     * Feeds all bytes of the source, then finishes the writer. Stops early when the writer has its outcome already.
     *
     * @throws IOException when the source fails; the writer is cancelled then
     */
    public static void feed(InputStream source, ChunkWriter writer) throws IOException {
        feed(source, writer, BlockBuffers.arrays(WINDOW_BLOCKS));
    }

    /**
     * The same.
     *
     * @param buffers hold the bytes under way; each is given back when the writer has done with it
     */
    public static void feed(InputStream source, ChunkWriter writer, BlockBuffers<byte[]> buffers) throws IOException {
        ArrayDeque<Slot> free = new ArrayDeque<>();
        ArrayDeque<Slot> busy = new ArrayDeque<>();
        CompletableFuture<Receipt> outcome = writer.receipt().toCompletableFuture();
        long length = 0;
        int crc = 0;
        try {
            while (!outcome.isDone()) {
                Slot slot = nextSlot(free, busy, buffers);
                int count = source.readNBytes(slot.bytes, 0, BlockLayout.BLOCK_BYTES);
                if (count == 0) {
                    free.add(slot);
                    break;
                }
                CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(slot.bytes, 0, count));
                length += count;
                crc = Crc32c.combine(crc, block.crc32c(), count);
                slot.written = writer.write(block).toCompletableFuture();
                busy.add(slot);
            }
            writer.finish(length, crc);
        } catch (IOException | RuntimeException e) {
            writer.cancel(Failure.of(ErrorCode.CANCELLED, "the source of the bytes failed: " + e.getMessage()));
            throw e;
        } finally {
            free.forEach(slot -> buffers.give(slot.bytes));
            for (Slot slot : busy) {
                var unused = slot.written.whenComplete((done, failure) -> buffers.give(slot.bytes));
            }
        }
    }

    /** A free buffer; waits for the oldest one under way when the window is full. */
    private static Slot nextSlot(ArrayDeque<Slot> free, ArrayDeque<Slot> busy, BlockBuffers<byte[]> buffers) {
        while (!busy.isEmpty() && (busy.element().written.isDone() || busy.size() == WINDOW_BLOCKS)) {
            Slot oldest = busy.remove();
            oldest.written.join();
            free.add(oldest);
        }
        Slot slot = free.poll();
        return slot == null ? new Slot(buffers.take()) : slot;
    }

    private static final class Slot {
        private final byte[] bytes;
        private CompletableFuture<Void> written = CompletableFuture.completedFuture(null);

        Slot(byte[] bytes) {
            this.bytes = bytes;
        }
    }
}
