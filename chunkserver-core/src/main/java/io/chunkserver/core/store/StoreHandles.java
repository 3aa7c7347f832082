package io.chunkserver.core.store;

import com.google.common.io.Closer;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The files that a store has open, so that closing the store leaves none behind.
 *
 * <p>Safe for many threads. A file that is added while the store closes is closed by one of the two: the flag is set
 * before the files are closed and read after the file was added.
 */
final class StoreHandles implements Closeable {

    private final Set<DiskFile> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /** Keeps a file until it is closed through {@link #close(DiskFile)} or with the store. */
    DiskFile add(DiskFile file) throws IOException {
        open.add(file);
        if (closed) {
            close(file);
            checkOpen();
        }
        return file;
    }

    void checkOpen() throws IOException {
        if (closed) {
            throw Failure.of(ErrorCode.DRAINING, "the chunk store is closed").toException();
        }
    }

    /** Closes one file; idempotent. */
    void close(DiskFile file) throws IOException {
        open.remove(file);
        file.close();
    }

    /** Closes all files, also when one of them fails to. */
    @Override
    public void close() throws IOException {
        closed = true;
        try (Closer closer = Closer.create()) {
            open.forEach(file -> closer.register(() -> close(file)));
        }
    }
}
