package io.chunkserver.runner.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** A data directory that cannot be made or used is a wrong setting, and not the defect that a bare exception would stand for. */
final class UnusableDirectory {

    private UnusableDirectory() {}

    static ChunkServerException failure(Path dataDir, FileSystemException e) {
        return Failure.of(
                        ErrorCode.BAD_CONFIGURATION,
                        "data directory " + dataDir.toAbsolutePath() + " cannot be used: " + reason(e))
                .withHint("name data directories that this user may read and write")
                .toException(e);
    }

    private static String reason(FileSystemException e) {
        if (e instanceof FileAlreadyExistsException) {
            return e.getFile() + " is no directory";
        } else if (e instanceof AccessDeniedException) {
            return "permission to " + e.getFile() + " is denied";
        }
        return e.getReason() == null ? e.getFile() + " cannot be made or opened" : e.getFile() + ": " + e.getReason();
    }
}
