package io.chunkserver.runner.file;

import io.chunkserver.runner.file.FilePiece.LocalBytes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A stream that can be read once and whose length nobody knows. Each piece waits in a temporary file of its own, so that it can
 * be stored again after a failure; at most two exist at a time, the first piece and the current one.
 */
final class StreamContent implements FileContent {

    private static final int BUFFER_BYTES = 256 * 1024;

    private final InputStream stream;
    private final long chunkSizeBytes;
    private final MessageDigest digest = Sha256.start();
    private long lengthBytes;
    private boolean begun;

    /** The content of a stream, which stays open. */
    StreamContent(InputStream stream, long chunkSizeBytes) {
        this.stream = stream;
        this.chunkSizeBytes = chunkSizeBytes;
    }

    @Override
    public Optional<FilePiece> next() throws IOException {
        FileChannel spool = TemporaryFiles.unnamed();
        try {
            CRC32C crc = new CRC32C();
            long length = fill(spool, crc);
            if (begun && length == 0) {
                spool.close();
                return Optional.empty();
            }
            begun = true;
            lengthBytes += length;
            return Optional.of(
                    new FilePiece(new LocalBytes("standard input", spool), 0, length, crc.getValue(), spool));
        } catch (IOException | RuntimeException e) {
            spool.close();
            throw e;
        }
    }

    private long fill(FileChannel spool, CRC32C crc) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long length = 0;
        while (length < chunkSizeBytes) {
            int read = stream.read(buffer, 0, (int) Math.min(buffer.length, chunkSizeBytes - length));
            if (read < 0) {
                break;
            }
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
            while (bytes.hasRemaining()) {
                spool.write(bytes);
            }
            digest.update(buffer, 0, read);
            crc.update(buffer, 0, read);
            length += read;
        }
        return length;
    }

    @Override
    public FileManifest manifest() {
        return new FileManifest(lengthBytes, chunkSizeBytes, Sha256.hexadecimal(Sha256.copy(digest)));
    }

    @Override
    public void close() {
        // The pieces hold everything there is to close, and their callers close them.
    }
}
