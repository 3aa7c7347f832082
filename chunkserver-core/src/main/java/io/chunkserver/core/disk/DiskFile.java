package io.chunkserver.core.disk;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file. It points at the file's bytes, not at its name: a rename or deletion does not disturb it.
 *
 * <p>Reads and writes name their position and may be used by many threads; closing is idempotent.
 */
public interface DiskFile extends Closeable {

    /** What {@link #writeDirectly} wants its bytes aligned to: a page, and no less than a sector of any common disk. */
    int DIRECT_ALIGNMENT = 4096;

    /** Bytes in the file. */
    long size() throws IOException;

    /**
     * Reads up to the buffer's remaining bytes.
     *
     * @return bytes read, possibly fewer than asked, or -1 at or past the end
     */
    int read(ByteBuffer target, long position) throws IOException;

    /**
     * Writes up to the buffer's remaining bytes, extending the file as needed.
     *
     * @return bytes written, possibly fewer than asked
     */
    int write(ByteBuffer source, long position) throws IOException;

    /**
     * Writes the whole buffer past the operating system's page cache, where the disk can: nothing is copied there, and nothing else is pushed
     * out. The bytes are read like all others, and durable like all others after {@link #force}, not before.
     *
     * <p>The file still has the name that it was created or opened by, and no other write touches these bytes meanwhile.
     *
     * @param source   direct memory, whose address and length are multiples of {@link #DIRECT_ALIGNMENT}
     * @param position a multiple of it too
     * @return false when the disk cannot; nothing was written then, and the buffer is as it was
     */
    default boolean writeDirectly(ByteBuffer source, long position) throws IOException {
        return false;
    }

    /** Cuts the file to at most this size. */
    void truncate(long sizeBytes) throws IOException;

    /** Makes bytes and size durable. */
    void force() throws IOException;

    /**
     * Lets the disk begin to take what was written up to now, so that a later force has less to wait for. Promises nothing, does not
     * wait and may do nothing. What fails meanwhile fails the next force.
     */
    void beginWriteBack();

    /** Fills the whole buffer. */
    default void readFully(ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = read(target, at);
            if (count < 0) {
                throw new EOFException("file ends at " + at + ", " + target.remaining() + " bytes short");
            }
            at += count;
        }
    }

    /** Writes the whole buffer. */
    default void writeFully(ByteBuffer source, long position) throws IOException {
        long at = position;
        while (source.hasRemaining()) {
            at += write(source, at);
        }
    }
}
