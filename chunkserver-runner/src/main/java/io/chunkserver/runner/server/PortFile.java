package io.chunkserver.runner.server;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that holds a port and nothing else, for scripts that started a server on a port it chose itself. */
public final class PortFile {

    private PortFile() {}

    /**
     * To be called before the server is started, so that nothing is made for one that is refused.
     *
     * @throws io.chunkserver.core.error.ChunkServerException with {@code INVALID_ARGUMENT} when there is no directory for the file
     */
    public static void check(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw Failure.of(
                            ErrorCode.INVALID_ARGUMENT,
                            "port file " + file + " cannot be made: directory " + folder + " does not exist")
                    .toException();
        }
    }

    /** Writes the file; whoever sees it sees all of it, and an older one until then. */
    public static void write(Path file, int port) throws IOException {
        check(file);
        Path absolute = file.toAbsolutePath();
        Path temporary = absolute.resolveSibling(
                absolute.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.writeString(temporary, port + "\n");
            Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
