package io.chunkserver.runner.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** The bytes of a file that is to be stored, cut into pieces; used by one thread. */
sealed interface FileContent extends Closeable permits LocalFileContent, StreamContent {

    /**
     * The next piece, which the caller closes; empty when there is none left. The first piece is always there, and it is the only
     * one that may be empty.
     */
    Optional<FilePiece> next() throws IOException;

    /**
     * What the file is, once {@link #next} has come to its end.
     *
     * @throws IOException when the file changed while it was read
     */
    FileManifest manifest() throws IOException;
}
