package io.chunkserver.core.disk;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells a full file system from a failing one.
 *
 * <p>The JDK has no exception of its own for a full disk: ENOSPC and EDQUOT arrive as plain exceptions whose text
 * comes from the C library. Where that library speaks another language a full disk reads as a failing one, which
 * is the safe mistake of the two.
 */
final class FullDisk {

    private static final List<String> TEXTS = List.of("No space left on device", "Disk quota exceeded");

    private FullDisk() {}

    /** A {@link DiskFullException} in place of the JDK's way of saying so; every other exception as it is. */
    static IOException translate(IOException e) {
        String reason = e instanceof FileSystemException named ? named.getReason() : e.getMessage();
        return saysFull(reason) ? new DiskFullException(String.valueOf(e.getMessage()), e) : e;
    }

    private static boolean saysFull(@Nullable String reason) {
        return reason != null && TEXTS.stream().anyMatch(reason::contains);
    }
}
