package io.chunkserver.core.disk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Forces folders that belong together, until one of these forces has failed: the disk may have forgotten what it could not write, and a
 * later force that succeeds says nothing of it (guarantee D3). For want of a file handle nothing was tried, so that does not count.
 *
 * <p>A folder is forced once at a time, since what one force could not write is nothing that another one beside it would tell. Whoever comes
 * while it is forced shares the next force with all others who come meanwhile.
 *
 * <p>Safe for many threads; no lock is held while the disk is waited for.
 */
public final class FolderForces {

    private final Disk disk;
    private final String what;

    private volatile @Nullable IOException failure;

    /** Of the folders that are being forced. */
    @GuardedBy("turns")
    private final Map<Path, Turns> turns = new HashMap<>();

    /** The force of a folder that is under way, and the one after it, if somebody waits for that. */
    private static final class Turns {

        private CompletableFuture<Void> current;
        private @Nullable CompletableFuture<Void> next;

        Turns(CompletableFuture<Void> first) {
            this.current = first;
        }
    }

    /**
     * None has failed yet.
     *
     * @param what which folders they are, in messages
     */
    public FolderForces(Disk disk, String what) {
        this.disk = disk;
        this.what = what;
    }

    /**
     * Makes the names in a folder durable.
     *
     * @throws IOException {@code DISK_FAILED} also when an earlier force failed, and then without another try
     */
    public void force(Path folder) throws IOException {
        CompletableFuture<Void> mine = new CompletableFuture<>();
        CompletableFuture<Void> before = null;
        CompletableFuture<Void> shared = null;
        synchronized (turns) {
            Turns taken = turns.get(folder);
            if (taken == null) {
                turns.put(folder, new Turns(mine));
            } else if (taken.next == null) {
                taken.next = mine;
                before = taken.current;
            } else {
                shared = taken.next;
            }
        }
        if (shared != null) {
            await(shared);
        } else {
            if (before != null) {
                // How it ended is known by the failure that it has left.
                before.handle((done, thrown) -> null).join();
                begin(folder, mine);
            }
            take(folder, mine);
        }
    }

    /** The next turn is the current one from now on: whoever comes later has to wait for another. */
    private void begin(Path folder, CompletableFuture<Void> turn) {
        synchronized (turns) {
            Turns taken = Objects.requireNonNull(turns.get(folder), "a turn that is waited for is known");
            taken.current = turn;
            taken.next = null;
        }
    }

    private void take(Path folder, CompletableFuture<Void> turn) throws IOException {
        try {
            write(folder);
            end(folder);
            turn.complete(null);
        } catch (IOException | RuntimeException | Error e) {
            end(folder);
            turn.completeExceptionally(e);
            throw e;
        }
    }

    private void write(Path folder) throws IOException {
        IOException failed = failure;
        if (failed != null) {
            throw failed().toException(failed);
        }
        try {
            disk.forceDirectory(folder);
        } catch (ChunkServerException.Overloaded untried) {
            throw untried;
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    /** Nobody is kept waiting for a turn after the last one. */
    private void end(Path folder) {
        synchronized (turns) {
            turns.computeIfPresent(folder, (same, taken) -> taken.next == null ? null : taken);
        }
    }

    private static void await(CompletableFuture<Void> shared) throws IOException {
        try {
            shared.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw e;
        }
    }

    /** What has failed, if a force has. */
    public Optional<Failure> failure() {
        return haveFailed() ? Optional.of(failed()) : Optional.empty();
    }

    /** Whether a force has failed: then nothing vouches for what is in the folders any more. */
    public boolean haveFailed() {
        return failure != null;
    }

    private Failure failed() {
        return Failure.of(ErrorCode.DISK_FAILED, "an earlier force of " + what + " failed")
                .withHint("mend the disk, and mount it anew or restart the machine before the server starts again");
    }
}
