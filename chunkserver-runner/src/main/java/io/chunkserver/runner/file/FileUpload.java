package io.chunkserver.runner.file;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.StatResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores whole files: all chunks after the first in their order, then chunk 0, whose commit is the file's.
 *
 * <p>When an upload fails, the file is not there if it was not there before, and cannot be read if it was; the failure names the chunks
 * that are stored. Chunks of an older and longer file that the new
 * one has no use for are deleted afterwards; where that fails they only take space. Used by one thread.
 */
public final class FileUpload {

    private static final Logger logger = LoggerFactory.getLogger(FileUpload.class);

    private final ChunkClient client;
    private final ChunkWriters servers;
    private final LongConsumer progress;

    /**
     * An upload to these servers.
     *
     * @param progress hears how many bytes have been read to be sent; goes back where a chunk is tried again
     */
    public FileUpload(ChunkClient client, ChunkWriters servers, LongConsumer progress) {
        this.client = client;
        this.servers = servers;
        this.progress = progress;
    }

    /** Stores a file of the local disk; one that changes meanwhile is not stored. */
    public StoredFile store(Path file, String path, long chunkSizeBytes) throws IOException {
        try (FileContent content = LocalFileContent.open(file, chunkSizeBytes)) {
            return store(content, path);
        }
    }

    /** Stores what the stream has; each chunk waits in a temporary file while it is stored. */
    public StoredFile store(InputStream stream, String path, long chunkSizeBytes) throws IOException {
        try (FileContent content = new StreamContent(stream, chunkSizeBytes)) {
            return store(content, path);
        }
    }

    private StoredFile store(FileContent content, String path) throws IOException {
        ChunkId firstChunk = new ChunkId(path, 0);
        Optional<FileManifest> replaced = manifestOf(firstChunk);
        List<Receipt> receipts = new ArrayList<>();
        long sentBytes = 0;
        try (FilePiece first = content.next().orElseThrow()) {
            for (int index = 1; ; index++) {
                Optional<FilePiece> next = content.next();
                if (next.isEmpty()) {
                    break;
                }
                try (FilePiece piece = next.get()) {
                    receipts.add(store(new ChunkId(path, index), piece, sentBytes, Attributes.NONE));
                    sentBytes += piece.maxLengthBytes();
                }
            }
            FileManifest manifest = content.manifest();
            receipts.add(0, store(firstChunk, first, sentBytes, manifest.attributes()));
            replaced.ifPresent(old -> deleteChunks(path, manifest.chunkCount(), old.chunkCount()));
            return new StoredFile(path, manifest, receipts);
        } catch (ChunkServerException e) {
            throw receipts.isEmpty() ? e : cutOff(path, receipts.size(), replaced.isPresent(), e);
        }
    }

    /** The same failure, which says what the upload leaves behind: chunks from 1 on. */
    private static ChunkServerException cutOff(
            String path, int stored, boolean replacing, ChunkServerException failure) {
        Failure why = failure.failure();
        ChunkId first = new ChunkId(path, 1);
        String left = (stored == 1
                        ? "chunk " + first + " is"
                        : "chunks " + first + " to " + new ChunkId(path, stored) + " are")
                + " stored"
                + (replacing
                        ? ", and the file that was there cannot be read before one is put whole"
                        : ", and there is no file of it");
        String hint = "put it again, or remove what is stored with: chunk rm";
        return why.withMessage(why.message() + "; " + left)
                .withHint(why.hint().isEmpty() ? hint : why.hint() + "; then " + hint)
                .toException(failure);
    }

    private Receipt store(ChunkId chunk, FilePiece piece, long sentBytes, Attributes attributes) throws IOException {
        ChunkSource source = new ReportingSource(piece, sentBytes, progress);
        return servers.write(
                chunk,
                source.maxLengthBytes(),
                target -> client.store(target.primary(), chunk, source, target.options(attributes)));
    }

    /** The file that is about to be replaced, so far as anybody can tell. */
    private Optional<FileManifest> manifestOf(ChunkId firstChunk) throws IOException {
        try {
            StatResult found = servers.read(firstChunk, server -> client.stat(server, firstChunk));
            return Optional.of(FileManifest.of(firstChunk, found.attributes()));
        } catch (ChunkServerException e) {
            if (e.code() == ErrorCode.CORRUPT) {
                logger.warn(
                        "what {} said of the file that is replaced is lost: if that was longer, its last chunks stay and take space",
                        firstChunk);
            } else if (e.code() != ErrorCode.CHUNK_NOT_FOUND && e.code() != ErrorCode.INVALID_ARGUMENT) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private void deleteChunks(String path, int from, int to) {
        for (int index = from; index < to; index++) {
            ChunkId chunk = new ChunkId(path, index);
            try {
                servers.write(
                        chunk, 0, target -> client.delete(target.primary(), chunk, target.options(Attributes.NONE)));
            } catch (IOException e) {
                logger.warn(
                        "chunk {} of the replaced file could not be deleted and takes space: {}",
                        chunk,
                        e.getMessage());
            }
        }
    }
}
