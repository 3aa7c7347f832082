package io.chunkserver.core.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file's bytes to the disk while more of them come. One force at a time is under way; it is told to who forces next, since the
 * operating system tells a failure once (Rebello et al., ATC 2020).
 *
 * <p>Safe for many threads.
 */
final class WriteBack {

    private final FileChannel channel;
    private final Executor threads;

    /** The one that runs or ran last. */
    @GuardedBy("this")
    private @Nullable CompletableFuture<Void> last;

    /** Counts the forces in the foreground; what was begun before one does not start during it. */
    @GuardedBy("this")
    private int foreground;

    /**
     * @param threads may throw away what it is given: then nothing is written early
     */
    WriteBack(FileChannel channel, Executor threads) {
        this.channel = channel;
        this.threads = threads;
    }

    /** Begins, unless the one before is still under way or has failed. */
    void begin() {
        int begun;
        synchronized (this) {
            if (last != null && (!last.isDone() || last.isCompletedExceptionally())) {
                return;
            }
            last = null;
            begun = foreground;
        }
        CompletableFuture<Void> written = new CompletableFuture<>();
        threads.execute(() -> {
            if (enter(written, begun)) {
                try {
                    channel.force(false);
                    written.complete(null);
                } catch (IOException | RuntimeException e) {
                    written.completeExceptionally(e);
                }
            }
        });
    }

    private synchronized boolean enter(CompletableFuture<Void> written, int begun) {
        if (last != null || begun != foreground) {
            return false;
        }
        last = written;
        return true;
    }

    /**
     * Waits for what is under way, and keeps what waits for a thread from beginning; fails as an earlier one did, now and ever after.
     */
    void end() throws IOException {
        CompletableFuture<Void> running;
        synchronized (this) {
            foreground++;
            running = last;
        }
        if (running == null) {
            return;
        }
        try {
            running.join();
        } catch (CompletionException e) {
            throw new IOException("bytes could not be written to the disk: " + e.getCause(), e.getCause());
        }
    }
}
