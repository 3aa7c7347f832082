package io.chunkserver.runner.file;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;

/** The servers that a chunk is read from: those that the caller named, or those that a master knows. Used by one thread. */
public interface ChunkReaders {

    /** A question to one server. */
    @FunctionalInterface
    interface Question<T> {

        /** Asks this server. */
        T ask(ServerAddress server) throws IOException;
    }

    /**
     * Asks one server after the other until one answers.
     *
     * @throws io.chunkserver.core.error.ChunkServerException when every server failed, and names each of them; or when one found the
     *     range past the chunk's end
     * @throws IOException when the question failed for a reason of its own, such as a full local disk
     */
    <T> T read(ChunkId chunk, Question<T> question) throws IOException;
}
