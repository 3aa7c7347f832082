package io.chunkserver.transport.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The bytes of a chunk that is to be stored. They can be read again from the start, because a store may be tried again. */
public interface ChunkSource {

    /** The most bytes that a stream of this source has; so much space is reserved on every member. */
    long maxLengthBytes();

    /** The bytes from the first on; each call gives a new stream, which its caller closes. */
    InputStream open() throws IOException;

    /**
     * A file as it is when it is read; it must not grow until then.
     *
     * @throws IOException when its size cannot be told
     */
    static ChunkSource of(Path file) throws IOException {
        return new Lazy(Files.size(file), () -> Files.newInputStream(file));
    }

    /** These bytes, which must not be changed meanwhile. */
    static ChunkSource of(byte[] bytes) {
        return new Lazy(bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    /** Bytes that somebody else opens. */
    static ChunkSource of(long maxLengthBytes, Opener opener) {
        return new Lazy(maxLengthBytes, opener);
    }

    /** Opens the bytes from the first on. */
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    /** A source that is opened by a function. */
    record Lazy(long maxLengthBytes, Opener opener) implements ChunkSource {

        @Override
        public InputStream open() throws IOException {
            return opener.open();
        }
    }
}
