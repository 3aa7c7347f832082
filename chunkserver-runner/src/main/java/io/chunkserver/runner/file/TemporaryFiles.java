package io.chunkserver.runner.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Files that do not outlive their use. */
final class TemporaryFiles {

    private static final String PREFIX = "chunkserver-";

    private TemporaryFiles() {}

    /** An open file that goes when it is closed, or with the process. */
    static FileChannel unnamed() throws IOException {
        Path file = Files.createTempFile(PREFIX, ".spool");
        return FileChannel.open(
                file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE);
    }
}
