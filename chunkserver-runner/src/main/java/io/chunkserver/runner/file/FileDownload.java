package io.chunkserver.runner.file;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.StatResult;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.function.LongConsumer;

/**
 * Reads whole files that {@link FileUpload} stored, from the first server that can give each chunk. Used by one thread.
 *
 * <p>A file counts as read when every chunk has the length that chunk 0 promises and all of them together have its SHA-256.
 */
public final class FileDownload {

    private final ChunkClient client;
    private final ChunkReaders servers;
    private final ReadOptions whole;

    /**
     * A download from these servers.
     *
     * @param servers any of them may lack chunks that another one has
     * @param mode    which version of each chunk
     */
    public FileDownload(ChunkClient client, ChunkReaders servers, ReadMode mode) {
        this.client = client;
        this.servers = servers;
        this.whole = ReadOptions.ALL.withMode(mode);
    }

    /** What chunk 0 says about the file. */
    public FileManifest manifest(String path) throws IOException {
        ChunkId firstChunk = new ChunkId(path, 0);
        StatResult stat = servers.read(firstChunk, server -> {
            if (!whole.mode().equals(ReadMode.COMMITTED)) {
                // It tells of what is committed there; a read of nothing has it do first what the mode asks for.
                ReadOptions nothing = ReadOptions.range(0, 0).withMode(whole.mode());
                client.read(server, firstChunk, nothing, OutputStream.nullOutputStream());
            }
            return client.stat(server, firstChunk);
        });
        return FileManifest.of(firstChunk, stat.attributes());
    }

    /**
     * Reads the file into the target and finishes that.
     *
     * @param progress hears how many bytes are there; goes back where a chunk is tried again
     * @throws ChunkServerException with {@code VERSION_CONFLICT} when the chunks do not belong to one file
     */
    public void fetch(String path, FileManifest manifest, FileTarget target, LongConsumer progress) throws IOException {
        MessageDigest digest = Sha256.start();
        long done = 0;
        for (int index = 0; index < manifest.chunkCount(); index++) {
            ChunkId chunk = new ChunkId(path, index);
            long start = done;
            MessageDigest before = digest;
            digest = servers.read(chunk, server -> {
                MessageDigest attempt = Sha256.copy(before);
                OutputStream sink = new Watched(target.beginChunk(), attempt, start, progress);
                ChunkInfo info = client.read(server, chunk, whole, sink);
                checkLength(path, info, manifest.chunkLengthBytes(chunk.index()));
                return attempt;
            });
            target.keepChunk();
            done += manifest.chunkLengthBytes(index);
        }
        String sha256 = Sha256.hexadecimal(digest);
        if (!sha256.equals(manifest.sha256())) {
            throw mixed(path, "SHA-256 is " + sha256 + ", chunk 0 promises " + manifest.sha256());
        }
        target.finish();
    }

    private static void checkLength(String path, ChunkInfo info, long expected) throws ChunkServerException {
        if (info.lengthBytes() != expected) {
            throw mixed(
                    path, "chunk " + info.id() + " has " + info.lengthBytes() + " bytes, chunk 0 promises " + expected);
        }
    }

    private static ChunkServerException mixed(String path, String finding) {
        return Failure.of(
                        ErrorCode.VERSION_CONFLICT,
                        "the chunks of file " + path + " do not belong together: " + finding)
                .withHint("the file is being replaced, or a replacement was cut off: read again, or put it again")
                .toException();
    }

    /** Passes bytes on and lets the digest and the progress see them. */
    private static final class Watched extends FilterOutputStream {

        private final MessageDigest digest;
        private final LongConsumer progress;
        private long position;

        Watched(OutputStream out, MessageDigest digest, long position, LongConsumer progress) {
            super(out);
            this.digest = digest;
            this.position = position;
            this.progress = progress;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            out.write(bytes, from, length);
            digest.update(bytes, from, length);
            position += length;
            progress.accept(position);
        }
    }
}
