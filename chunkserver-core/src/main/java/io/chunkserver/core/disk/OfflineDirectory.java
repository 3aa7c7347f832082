package io.chunkserver.core.disk;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The data directory of a server that does not run, for whoever looks into it: its lock is held, and nothing in it is made or changed.
 *
 * <p>Not safe for many threads, but that closing is idempotent.
 */
public final class OfflineDirectory implements Closeable {

    private final Closeable lock;
    private final Path temporaryFile;
    private final @Nullable ServerIdentity identity;
    private final @Nullable IOException failure;

    private OfflineDirectory(
            Closeable lock, Path temporaryFile, @Nullable ServerIdentity identity, @Nullable IOException failure) {
        this.lock = lock;
        this.temporaryFile = temporaryFile;
        this.identity = identity;
        this.failure = failure;
    }

    /**
     * Takes the lock of the directory that is the root of this disk.
     *
     * @param identityDisk where the identity file lies
     * @param identityFile its name there
     * @throws IOException when the lock cannot be taken; an identity file that cannot be read is {@link #unreadable told}
     * @throws ChunkServerException.Unusable with {@code BAD_CONFIGURATION} when it is no data directory, {@code DIRECTORY_LOCKED} when a
     *     server uses it
     */
    public static OfflineDirectory open(Disk disk, Disk identityDisk, Path identityFile) throws IOException {
        if (!mayBeDataDirectory(disk)) {
            throw Failure.of(ErrorCode.BAD_CONFIGURATION, disk + " is no data directory of a server")
                    .withHint("name the directory that holds chunks and log")
                    .toException();
        }
        Closeable lock = disk.lock(DataDirectory.LOCK);
        Path temporary = DiskNames.temporaryOf(identityFile);
        try {
            return new OfflineDirectory(
                    lock,
                    temporary,
                    new IdentityFile(identityDisk, identityFile).read().orElse(null),
                    null);
        } catch (IOException e) {
            return new OfflineDirectory(lock, temporary, null, e);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** One that cannot be listed may be one all the same. */
    private static boolean mayBeDataDirectory(Disk disk) {
        try {
            List<Path> names = disk.list(Path.of(""));
            return names.contains(DataDirectory.CHUNKS) || names.contains(DataDirectory.LOG);
        } catch (NoSuchFileException | NotDirectoryException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** What the identity file is called in the root while it is made. */
    public Path temporaryFile() {
        return temporaryFile;
    }

    /** Empty when there is no identity file, or {@link #damage} or {@link #unreadable} says what is wrong with it. */
    public Optional<ServerIdentity> identity() {
        return Optional.ofNullable(identity);
    }

    /** Why the identity file cannot be understood. */
    public Optional<ChunkServerException> damage() {
        return failure instanceof ChunkServerException damage ? Optional.of(damage) : Optional.empty();
    }

    /** Why the identity file cannot be read, which says nothing about what is in it. */
    public Optional<IOException> unreadable() {
        return damage().isPresent() ? Optional.empty() : Optional.ofNullable(failure);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
