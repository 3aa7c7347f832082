package io.chunkserver.core.disk;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether files below one root can be written past the page cache (<a
 * href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a>, {@code O_DIRECT}). That is known only after a try: file systems
 * refuse it when a file is opened or when it is written, always with {@code EINVAL}; and the JDK does where the file system's block is larger
 * than what is written is aligned to, as over a network. Thread-safe.
 */
final class DirectAccess {

    private static final Logger LOG = LoggerFactory.getLogger(DirectAccess.class);

    /** The JDK has no exception of its own for {@code EINVAL}: it arrives with the text of the C library. */
    private static final String INVALID = "Invalid argument";

    /** How the JDK says that position, address or length do not fit the block; it has not asked the system then. */
    private static final String UNALIGNED = "is not a multiple of the block size";

    private volatile boolean possible = true;

    /**
     * A channel that writes this file past the page cache; empty when that cannot be done here, or not now, as when the process has no file
     * handle left: nothing was written then, and the file has another channel.
     */
    Optional<FileChannel> open(Path file) {
        if (!possible) {
            return Optional.empty();
        }
        try {
            return Optional.of(FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT));
        } catch (UnsupportedOperationException e) {
            giveUp(file, e);
            return Optional.empty();
        } catch (IOException e) {
            if (isRefusal(e)) {
                giveUp(file, e);
            } else {
                LOG.debug("{} could not be opened to be written past the page cache", file, e);
            }
            return Optional.empty();
        }
    }

    /** Whether the file system says by this that it cannot, rather than that it failed. */
    static boolean isRefusal(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains(INVALID) || message.contains(UNALIGNED);
    }

    /** The file system cannot; nobody is to try again. */
    void giveUp(Path file, Exception why) {
        possible = false;
        LOG.info(
                "chunks are written through the page cache, since {} cannot be written past it: {}",
                file,
                why.toString());
    }
}
