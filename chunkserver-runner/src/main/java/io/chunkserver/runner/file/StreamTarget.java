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
    private final boolean owner;
    private final FileChannel spool;

    /** Writes to this stream, which stays open. */
    public StreamTarget(OutputStream stream) throws IOException {
        this(stream, false);
    }

    private StreamTarget(OutputStream stream, boolean owner) throws IOException {
        this.stream = stream;
        this.owner = owner;
        this.spool = TemporaryFiles.unnamed();
    }

    /** Writes to this stream, and closes it at the end. */
    static StreamTarget owning(OutputStream stream) throws IOException {
        try {
            return new StreamTarget(stream, true);
        } catch (IOException e) {
            stream.close();
            throw e;
        }
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
        try (OutputStream closed = owner ? stream : OutputStream.nullOutputStream()) {
            spool.close();
        }
    }
}
