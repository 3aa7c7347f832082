package io.chunkserver.core.disk;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Forces folders that belong together, until one of these forces has failed: the disk may have forgotten what it could not write, and a
 * later force that succeeds says nothing of it (guarantee D3). For want of a file handle nothing was tried, so that does not count.
 *
 * <p>Safe for many threads; no lock is held while the disk is waited for.
 */
public final class FolderForces {

    private final Disk disk;
    private final String what;

    private volatile @Nullable IOException failure;

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
