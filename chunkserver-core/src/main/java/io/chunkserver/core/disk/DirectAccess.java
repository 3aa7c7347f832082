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
 * refuse it when a file is opened or when it is written, always with {@code EINVAL}. Thread-safe.
 */
final class DirectAccess {

    private static final Logger LOG = LoggerFactory.getLogger(DirectAccess.class);

    /** The JDK has no exception of its own for {@code EINVAL}: it arrives with the text of the C library. */
    private static final String INVALID = "Invalid argument";

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
        return String.valueOf(e.getMessage()).contains(INVALID);
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
