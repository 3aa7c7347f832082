package io.chunkserver.runner.file;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What chunk 0 says about the file that it begins.
 *
 * @param lengthBytes    length of the whole file
 * @param chunkSizeBytes length of every chunk but the last
 * @param sha256         of the whole file, in hexadecimal
 */
public record FileManifest(long lengthBytes, long chunkSizeBytes, String sha256) {

    private static final String LENGTH = "file.lengthBytes";
    private static final String CHUNK_SIZE = "file.chunkSizeBytes";
    private static final String SHA256 = "file.sha256";

    public FileManifest {
        if (lengthBytes < 0 || chunkSizeBytes < 1) {
            throw new IllegalArgumentException(
                    "a file of " + lengthBytes + " bytes in chunks of " + chunkSizeBytes + " cannot be");
        }
        if ((lengthBytes - 1) / chunkSizeBytes >= Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a file of " + lengthBytes + " bytes has too many chunks of "
                    + chunkSizeBytes + " bytes; choose larger chunks");
        }
    }

    /** Reads what {@link #attributes()} wrote on this chunk. */
    static FileManifest of(ChunkId chunk, Attributes attributes) throws ChunkServerException {
        Map<String, String> values = attributes.values();
        @Nullable String sha256 = values.get(SHA256);
        if (sha256 == null) {
            throw notAFile(chunk, null);
        }
        try {
            return new FileManifest(
                    Long.parseLong(String.valueOf(values.get(LENGTH))),
                    Long.parseLong(String.valueOf(values.get(CHUNK_SIZE))),
                    sha256);
        } catch (IllegalArgumentException e) {
            throw notAFile(chunk, e);
        }
    }

    private static ChunkServerException notAFile(ChunkId chunk, @Nullable Throwable cause) {
        Failure failure = Failure.of(
                        ErrorCode.INVALID_ARGUMENT,
                        "chunk " + chunk + " does not begin a file that was stored with put")
                .withHint("read it with: chunk get " + chunk);
        return cause == null ? failure.toException() : failure.toException(cause);
    }

    Attributes attributes() {
        return new Attributes(
                Map.of(LENGTH, Long.toString(lengthBytes), CHUNK_SIZE, Long.toString(chunkSizeBytes), SHA256, sha256));
    }

    /** How many chunks there are; an empty file has one, which is empty. */
    public int chunkCount() {
        return lengthBytes == 0 ? 1 : (int) ((lengthBytes - 1) / chunkSizeBytes) + 1;
    }

    long chunkLengthBytes(int index) {
        return Math.min(chunkSizeBytes, lengthBytes - index * chunkSizeBytes);
    }
}
