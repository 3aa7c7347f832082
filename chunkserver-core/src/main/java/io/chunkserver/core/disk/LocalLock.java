package io.chunkserver.core.disk;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A lock file that is held; closing releases it and is idempotent. */
final class LocalLock implements Closeable {

    /**
     * The lock files that this process holds.
     *
     * <p>It is static because file locks are the process's own. On POSIX, closing any handle of a locked file drops
     * all of the process's locks on it, so a second attempt must be refused before it opens the file: a plain
     * tryLock would fail as it should, and on closing its handle take the lock away from the first holder.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    /** Whoever sets it removes the name, once: a later holder of the file has put the same name there again. */
    private final AtomicBoolean closed = new AtomicBoolean();

    private LocalLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static LocalLock acquire(Path file) throws IOException {
        Path parent = file.getParent();
        Path real = parent == null ? file : parent.toRealPath().resolve(file.getFileName());
        if (!HELD.add(real)) {
            throw held(real, null);
        }
        try {
            return new LocalLock(real, open(real));
        } catch (IOException | RuntimeException e) {
            HELD.remove(real);
            throw e;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw SystemErrors.translate(e);
        }
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw held(file, null);
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw held(file, e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static IOException held(Path file, @Nullable Throwable cause) {
        Failure failure = Failure.of(
                        ErrorCode.DIRECTORY_LOCKED,
                        "directory " + file.getParent() + " is in use: its file " + file.getFileName()
                                + " is locked by another server")
                .withHint("stop the server that runs on this directory, or give this one a directory of its own");
        return cause == null ? failure.toException() : failure.toException(cause);
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            try {
                channel.close();
            } finally {
                HELD.remove(file);
            }
        }
    }
}
