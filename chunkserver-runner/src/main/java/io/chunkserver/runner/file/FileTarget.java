package io.chunkserver.runner.file;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Where bytes that are read from servers go, chunk by chunk: nothing of a chunk counts before it is whole. Used by one
 * thread.
 */
public sealed interface FileTarget extends Closeable permits LocalFileTarget, StreamTarget {

    /** Begins the next chunk, or begins it again: what was written since the last {@link #keepChunk} is forgotten. */
    OutputStream beginChunk() throws IOException;

    /** Keeps the chunk. */
    void keepChunk() throws IOException;

    /** Makes everything that was kept visible as a whole. */
    void finish() throws IOException;

    /** Leaves no trace unless finished. */
    @Override
    void close() throws IOException;
}
