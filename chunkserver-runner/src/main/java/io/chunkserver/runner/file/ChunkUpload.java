package io.chunkserver.runner.file;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** Stores a file or a stream as one chunk. Used by one thread. */
public final class ChunkUpload {

    /** Beyond this no server takes a chunk, so that nothing more of a stream need be kept. */
    private static final long MAX_STREAM_BYTES = 1L << 30;

    private final ChunkClient client;
    private final ChunkWriters servers;
    private final LongConsumer progress;

    /**
     * An upload to these servers.
     *
     * @param progress hears how many bytes have been read to be sent
     */
    public ChunkUpload(ChunkClient client, ChunkWriters servers, LongConsumer progress) {
        this.client = client;
        this.servers = servers;
        this.progress = progress;
    }

    /** Stores a file of the local disk; one that changes meanwhile is not stored. */
    public Receipt store(Path file, ChunkId chunk, Attributes attributes) throws IOException {
        try (FileContent content = LocalFileContent.open(file, Long.MAX_VALUE)) {
            return store(content, chunk, attributes);
        }
    }

    /** Stores what the stream has, which waits in a temporary file meanwhile. */
    public Receipt store(InputStream stream, ChunkId chunk, Attributes attributes) throws IOException {
        try (FileContent content = new StreamContent(stream, MAX_STREAM_BYTES)) {
            return store(content, chunk, attributes);
        }
    }

    private Receipt store(FileContent content, ChunkId chunk, Attributes attributes) throws IOException {
        try (FilePiece piece = content.next().orElseThrow()) {
            if (content.next().isPresent()) {
                throw Failure.of(
                                ErrorCode.CHUNK_TOO_LARGE,
                                "the bytes for chunk " + chunk + " are more than the " + MAX_STREAM_BYTES
                                        + " bytes that a chunk can have")
                        .withHint("store them as a file of several chunks with: put")
                        .toException();
            }
            ChunkSource source = new ReportingSource(piece, 0, progress);
            return servers.write(
                    chunk,
                    source.maxLengthBytes(),
                    target -> client.store(target.primary(), chunk, source, target.options(attributes)));
        }
    }
}
