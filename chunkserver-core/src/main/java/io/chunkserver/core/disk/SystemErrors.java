package io.chunkserver.core.disk;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a full file system, a process without free file handles, and an error of the device from any other failure of a disk.
 *
 * <p>The JDK has no exceptions of its own for these: ENOSPC and EDQUOT, EMFILE and ENFILE, and EIO arrive as plain exceptions whose
 * text comes from the C library. Where that library speaks another language they read as a disk that fails for no known reason, which is
 * the safe mistake.
 */
final class SystemErrors {

    private static final List<String> FULL = List.of("No space left on device", "Disk quota exceeded");

    /** Of the process; of the whole machine the text goes on with "in system". */
    private static final List<String> NO_HANDLES = List.of("Too many open files");

    private static final List<String> DEVICE = List.of("Input/output error");

    private SystemErrors() {}

    /**
     * A {@link DiskFullException}, a {@link DeviceErrorException}, or the failure {@code OVERLOADED} for want of file handles, in place of the JDK's way of
     * saying so; every other exception as it is.
     */
    static IOException translate(IOException e) {
        String reason = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
        if (says(FULL, reason)) {
            return new DiskFullException(String.valueOf(e.getMessage()), e);
        }
        if (says(NO_HANDLES, reason)) {
            return Failure.of(ErrorCode.OVERLOADED, "no file handle is free: " + e.getMessage())
                    .withHint("try again later; raise the limit of open files (ulimit -n) of the server")
                    .toException(e);
        }
        return says(DEVICE, reason) ? new DeviceErrorException(String.valueOf(e.getMessage()), e) : e;
    }

    private static boolean says(List<String> texts, @Nullable String reason) {
        return reason != null && texts.stream().anyMatch(reason::contains);
    }
}
