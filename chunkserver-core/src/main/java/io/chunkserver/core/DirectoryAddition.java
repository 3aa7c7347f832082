package io.chunkserver.core;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.JoiningDirectory;
import io.chunkserver.core.disk.WatchedDisk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a server that runs further data directories, one at a time. The server goes on meanwhile: only whoever adds one waits for the disks.
 *
 * <p>Thread-safe. After {@link #close} none is added, and none is being added.
 */
final class DirectoryAddition {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryAddition.class);

    private final ServerParts parts;
    private final Worlds worlds;
    private final Drain drain;
    private final Consumer<Volume> attend;

    /** Whoever has it changes which directories the server has; {@link #close} keeps it. */
    private final Semaphore turn = new Semaphore(1);

    private volatile boolean closing;

    /**
     * @param attend has the server's other parts hear of a volume before it is one of the server's
     */
    DirectoryAddition(ServerParts parts, Worlds worlds, Drain drain, Consumer<Volume> attend) {
        this.parts = parts;
        this.worlds = worlds;
        this.drain = drain;
        this.attend = attend;
    }

    /**
     * Durable on return; it takes chunks from then on.
     *
     * @throws ChunkServerException with {@code BUSY} while another one is being added, with {@code DRAINING} when the server is closed, with
     *     {@code DISK_FAILED} when one of the server's disks does not work, which has to learn of the new one too, and as {@link
     *     JoiningDirectory#open}
     */
    void add(Disk disk) throws IOException {
        if (!turn.tryAcquire()) {
            throw (closing
                            ? failure(ErrorCode.DRAINING, "the server is closed")
                            : failure(ErrorCode.BUSY, "another data directory is being added")
                                    .withHint("try again when that is done"))
                    .toException();
        }
        try {
            List<DataDirectory> members = workingMembers();
            Environment world = worlds.next();
            try {
                add(new WatchedDisk(disk, world.clock()), members, world);
            } catch (IOException | RuntimeException e) {
                worlds.end(world);
                throw e;
            }
        } finally {
            turn.release();
        }
    }

    private void add(WatchedDisk disk, List<DataDirectory> members, Environment world) throws IOException {
        DataDirectory joining = JoiningDirectory.open(members, DataDirectory.on(disk, world.random()));
        Volume volume = open(joining, disk, members, world);
        volume.begin();
        try {
            attend.accept(volume);
            drain.join(volume);
        } catch (IOException | RuntimeException e) {
            ChunkServerException halfDone = halfDone(joining, e);
            volume.stop(halfDone.failure());
            volume.parts().closeAfter(halfDone);
            throw halfDone;
        }
        LOG.info(
                "data directory {} with id {} was added",
                volume,
                joining.identity().uuid());
        // A port that was opened meanwhile is in the others alone.
        joining.recordPort(members.get(0).identity().lastPort());
    }

    private Volume open(DataDirectory joining, WatchedDisk disk, List<DataDirectory> members, Environment world)
            throws IOException {
        try {
            JoiningDirectory.join(members, joining);
        } catch (IOException | RuntimeException e) {
            joining.closeAfter(e);
            throw halfDone(joining, e);
        }
        try {
            // From here on the directory is closed with its parts.
            return parts.volume(OpenParts.open(
                    new OpenParts.Site(joining, disk.watch(), world, worlds.helper(world)), parts.server()));
        } catch (IOException | RuntimeException e) {
            throw halfDone(joining, e);
        }
    }

    /** All must know of the new one: a start with those alone that do not would not miss it. */
    private List<DataDirectory> workingMembers() throws ChunkServerException {
        for (Volume volume : parts.volumes().all()) {
            if (volume.failed().isPresent() || volume.parts().calls().stall().isPresent()) {
                throw failure(
                                ErrorCode.DISK_FAILED,
                                "the disk of data directory " + volume
                                        + " does not work, so it cannot be told of another one")
                        .withHint(
                                "restart the server with the new one; to do without the other give that up with: serve"
                                        + " --give-up-directory "
                                        + volume.directory().identity().uuid())
                        .toException();
            }
        }
        return parts.volumes().all().stream().map(Volume::directory).toList();
    }

    private ChunkServerException halfDone(DataDirectory joining, Exception cause) {
        ErrorCode code = cause instanceof ChunkServerException known ? known.code() : ErrorCode.DISK_FAILED;
        return failure(
                        code,
                        "data directory " + joining + " is not in use, and the server's other directories may know it"
                                + " already: " + cause.getMessage())
                .withHint("add it again, or name it at the next start; to do without it start once with: serve"
                        + " --give-up-directory " + joining.identity().uuid())
                .toException(cause);
    }

    private Failure failure(ErrorCode code, String message) {
        return Failure.of(code, message).at(parts.server().self().get().id());
    }

    /**
     * Waits for the one that is being added, if any.
     *
     * @return false when the disks did not end that in time
     */
    boolean close(Duration patience) {
        closing = true;
        try {
            return turn.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return turn.tryAcquire();
        }
    }
}
