package io.chunkserver.runner.file;

import io.chunkserver.core.model.ChunkId;
import java.io.IOException;

/** The servers that a chunk is stored on: those that the caller named, or those that a master chooses. Used by one thread. */
public interface ChunkWriters extends ChunkReaders {

    /** One try of a store or delete. */
    @FunctionalInterface
    interface Change<T> {

        /** Stores or deletes there; fails with {@code OutcomeUnknown} where it cannot tell, else it did nothing. */
        T apply(StoreTarget target) throws IOException;
    }

    /**
     * Applies a change to the servers of a chunk; on others only after a failure that says that nothing was done.
     *
     * @param maxLengthBytes the most bytes that the chunk will have
     */
    <T> T write(ChunkId chunk, long maxLengthBytes, Change<T> change) throws IOException;
}
