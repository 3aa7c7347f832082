package io.chunkserver.runner.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/**
 * A stream that takes nothing back. Each chunk waits in a temporary file until it is whole, and is written then; so a failure
 * that shows only in a later chunk, or in the file as a whole, comes after the chunks before it have been handed over.
 */
public final class StreamTarget implements FileTarget {

    private final OutputStream stream;
    private final FileChannel spool;

    /** Writes to this stream, which stays open. */
    public StreamTarget(OutputStream stream) throws IOException {
        this.stream = stream;
        this.spool = TemporaryFiles.unnamed();
    }

    @Override
    public OutputStream beginChunk() throws IOException {
        spool.truncate(0);
        spool.position(0);
        return Channels.newOutputStream(spool);
    }

    @Override
    public void keepChunk() throws IOException {
        spool.position(0);
        Channels.newInputStream(spool).transferTo(stream);
    }

    @Override
    public void finish() throws IOException {
        stream.flush();
    }

    @Override
    public void close() throws IOException {
        spool.close();
    }
}
