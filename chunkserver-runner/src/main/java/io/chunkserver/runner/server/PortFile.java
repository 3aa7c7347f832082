package io.chunkserver.runner.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that holds a port and nothing else, for scripts that started a server on a port it chose itself. */
public final class PortFile {

    private PortFile() {}

    /** Writes the file; whoever sees it sees all of it, and an older one until then. */
    public static void write(Path file, int port) throws IOException {
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
