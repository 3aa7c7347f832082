package io.chunkserver.runner.file;

import io.chunkserver.transport.client.ChunkSource;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * The bytes of one chunk, in a local file; they can be read again for each attempt to store them.
 *
 * <p>Whoever reads to the end has read what the file's SHA-256 was computed from: the last read fails when the file has changed
 * since then.
 */
final class FilePiece implements ChunkSource, Closeable {

    private final LocalBytes bytes;
    private final long offset;
    private final long lengthBytes;
    private final long crc32c;
    private final Closeable release;

    /**
     * A piece of an open file.
     *
     * @param crc32c  of the bytes as they were first read
     * @param release is closed with the piece
     */
    FilePiece(LocalBytes bytes, long offset, long lengthBytes, long crc32c, Closeable release) {
        this.bytes = bytes;
        this.offset = offset;
        this.lengthBytes = lengthBytes;
        this.crc32c = crc32c;
        this.release = release;
    }

    @Override
    public long maxLengthBytes() {
        return lengthBytes;
    }

    @Override
    public InputStream open() {
        return new Unchanged();
    }

    @Override
    public void close() throws IOException {
        release.close();
    }

    /** An open file and its name for messages. */
    record LocalBytes(String name, FileChannel channel) {

        IOException changed() {
            return new IOException("file " + name + " changed while it was read");
        }
    }

    /** Fails instead of ending when the bytes are not the ones that were read first. */
    private final class Unchanged extends InputStream {

        private final CRC32C seen = new CRC32C();
        private long seenBytes;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int from, int length) throws IOException {
            int wanted = (int) Math.min(length, lengthBytes - seenBytes);
            if (wanted > 0) {
                int read = bytes.channel().read(ByteBuffer.wrap(target, from, wanted), offset + seenBytes);
                if (read < 0) {
                    throw bytes.changed();
                }
                seen.update(target, from, read);
                seenBytes += read;
                checkAtEnd();
                return read;
            }
            checkAtEnd();
            return length == 0 ? 0 : -1;
        }

        private void checkAtEnd() throws IOException {
            if (seenBytes == lengthBytes && seen.getValue() != crc32c) {
                throw bytes.changed();
            }
        }
    }
}
