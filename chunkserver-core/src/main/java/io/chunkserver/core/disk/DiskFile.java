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

    /** Cuts the file to at most this size. */
    void truncate(long sizeBytes) throws IOException;

    /** Makes bytes and size durable. */
    void force() throws IOException;

    /**
     * Lets the disk begin to take what was written up to now, so that a later force has less to wait for. Promises nothing, does not
     * wait and may do nothing. What fails meanwhile fails the next force.
     */
    default void beginWriteBack() {}

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
