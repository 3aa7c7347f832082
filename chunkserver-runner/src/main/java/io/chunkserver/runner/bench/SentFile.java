package io.chunkserver.runner.bench;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file that the kernel sends; it is removed when it is closed. Safe for many threads. */
final class SentFile implements Closeable {

    private final FileChannel content;

    private SentFile(FileChannel content) {
        this.content = content;
    }

    /**
     * Writes the file, and waits until the disk has it: what it still had to write would be done while something is measured.
     *
     * @param directory is made if need be
     */
    static SentFile in(Path directory, long lengthBytes) throws IOException {
        Path file = Files.createTempFile(Files.createDirectories(directory), "sent-", ".bytes");
        FileChannel content;
        try {
            content = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
        } catch (IOException e) {
            Closeable removal = () -> Files.deleteIfExists(file);
            try (removal) {
                throw e;
            }
        }
        try (RepeatedBytes bytes = new RepeatedBytes(lengthBytes)) {
            // The stream is not closed, since that would close the file.
            bytes.transferTo(Channels.newOutputStream(content));
            content.force(true);
        } catch (IOException e) {
            try (content) {
                throw e;
            }
        }
        return new SentFile(content);
    }

    void send(WritableByteChannel to, long offset, long length) throws IOException {
        long end = offset + length;
        for (long at = offset; at < end; ) {
            at += content.transferTo(at, end - at, to);
        }
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
