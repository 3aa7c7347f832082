package io.chunkserver.core.store;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.model.ChunkInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A published version that is read from its first byte to its last and compared with every checksum it has, in steps.
 *
 * <p>It stays with its version while the chunk is replaced or deleted. Holds one block in memory. For one thread at a time.
 */
public final class ChunkExamination implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ChunkExamination.class);

    private final PublishedFile file;
    private final ByteBuffer buffer;
    private final int blocks;
    private int nextBlock;
    private int whole;
    private boolean over;

    ChunkExamination(PublishedFile file) {
        this.file = file;
        long lengthBytes = file.info().lengthBytes();
        this.blocks = BlockLayout.blockCount(lengthBytes);
        this.buffer = ByteBuffer.allocate((int) Math.min(BlockLayout.BLOCK_BYTES, lengthBytes));
    }

    /** The version that is examined. */
    public ChunkInfo info() {
        return file.info();
    }

    /** Bytes of data that were found right up to now. */
    public long examinedBytes() {
        return Math.min((long) nextBlock * BlockLayout.BLOCK_BYTES, info().lengthBytes());
    }

    /**
     * Reads on.
     *
     * @param maxBytes at which to stop; at least one block is read
     * @return whether all was read, and is right
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt naming the first damaged block
     * @throws IOException when the disk failed, which is no damage
     */
    public boolean step(long maxBytes) throws IOException {
        long readBytes = 0;
        while (nextBlock < blocks && (readBytes == 0 || readBytes < maxBytes)) {
            file.read(nextBlock, buffer.clear());
            whole = Crc32c.combine(whole, file.blockChecksum(nextBlock), buffer.position());
            readBytes += buffer.position();
            nextBlock++;
        }
        if (nextBlock == blocks && !over) {
            file.checkWhole(whole);
            over = true;
        }
        return over;
    }

    /** What was found stays found: that a file which was only read could not be closed is told in the log. */
    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("chunk {} could not be closed after it was examined", info().id(), e);
        }
    }
}
