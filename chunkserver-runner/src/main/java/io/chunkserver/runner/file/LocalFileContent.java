package io.chunkserver.runner.file;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.runner.file.FilePiece.LocalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A file on the local disk. Each piece is read once for its checksums before it is given out to be stored. */
final class LocalFileContent implements FileContent {

    private static final int BUFFER_BYTES = 256 * 1024;

    private final LocalBytes bytes;
    private final long lengthBytes;
    private final long chunkSizeBytes;
    private final MessageDigest digest = Sha256.start();
    private long position;
    private boolean begun;

    private LocalFileContent(LocalBytes bytes, long lengthBytes, long chunkSizeBytes) {
        this.bytes = bytes;
        this.lengthBytes = lengthBytes;
        this.chunkSizeBytes = chunkSizeBytes;
    }

    static LocalFileContent open(Path file, long chunkSizeBytes) throws IOException {
        if (Files.isDirectory(file)) {
            throw Failure.of(ErrorCode.INVALID_ARGUMENT, "file " + file + " is a directory")
                    .toException();
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        return new LocalFileContent(new LocalBytes(file.toString(), channel), channel.size(), chunkSizeBytes);
    }

    @Override
    public Optional<FilePiece> next() throws IOException {
        if (begun && position == lengthBytes) {
            return Optional.empty();
        }
        begun = true;
        long offset = position;
        long length = Math.min(chunkSizeBytes, lengthBytes - offset);
        position += length;
        return Optional.of(new FilePiece(bytes, offset, length, checksum(offset, length), () -> {}));
    }

    private long checksum(long offset, long length) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long done = 0; done < length; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), length - done));
            int read = bytes.channel().read(buffer, offset + done);
            if (read < 0) {
                throw bytes.changed();
            }
            digest.update(buffer.array(), 0, read);
            crc.update(buffer.array(), 0, read);
            done += read;
        }
        return crc.getValue();
    }

    @Override
    public FileManifest manifest() throws IOException {
        if (bytes.channel().size() != lengthBytes) {
            throw bytes.changed();
        }
        return new FileManifest(lengthBytes, chunkSizeBytes, Sha256.hexadecimal(Sha256.copy(digest)));
    }

    @Override
    public void close() throws IOException {
        bytes.channel().close();
    }
}
