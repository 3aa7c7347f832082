package io.chunkserver.core.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a file's bytes to the disk while more of them come. One force at a time is under way; none begins while the file is forced
 * in the foreground, and what fails is told to who forces next, since the operating system tells a failure once (Rebello et al., ATC 2020).
 *
 * <p>Safe for many threads.
 */
final class WriteBack {

    private static final Logger LOG = LoggerFactory.getLogger(WriteBack.class);

    private final FileChannel channel;
    private final Executor threads;

    /** The one that runs or ran last. */
    @GuardedBy("this")
    private @Nullable CompletableFuture<Void> last;

    /** Forces in the foreground that are under way. */
    @GuardedBy("this")
    private int forcing;

    /** Counts the forces in the foreground: what was begun before one does not start after it. */
    @GuardedBy("this")
    private long forces;

    /**
     * @param threads may throw away what it is given: then nothing is written early
     */
    WriteBack(FileChannel channel, Executor threads) {
        this.channel = channel;
        this.threads = threads;
    }

    /** Begins, unless the one before is still under way or has failed. */
    void begin() {
        long begun;
        synchronized (this) {
            if (last != null && (!last.isDone() || last.isCompletedExceptionally())) {
                return;
            }
            last = null;
            begun = forces;
        }
        try {
            threads.execute(() -> run(begun));
        } catch (OutOfMemoryError e) {
            // The system gives no further thread; the force will have more to do.
            LOG.debug("no thread to write bytes early", e);
        }
    }

    private void run(long begun) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        synchronized (this) {
            if (last != null || forcing > 0 || begun != forces) {
                return;
            }
            last = written;
        }
        try {
            channel.force(false);
            written.complete(null);
        } catch (IOException | RuntimeException | Error e) {
            // Whoever waits must hear of it, whatever it is.
            written.completeExceptionally(e);
        }
    }

    /**
     * Waits for what is under way and lets nothing begin until {@link #resume}; fails as an earlier one did, now and ever after.
     */
    void suspend() throws IOException {
        CompletableFuture<Void> running;
        synchronized (this) {
            forcing++;
            forces++;
            running = last;
        }
        if (running == null) {
            return;
        }
        try {
            running.join();
        } catch (CompletionException e) {
            resume();
            throw new IOException("bytes could not be written to the disk: " + e.getCause(), e.getCause());
        }
    }

    synchronized void resume() {
        forcing--;
    }
}
