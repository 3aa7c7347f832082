package io.chunkserver.core.disk;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/** The identity file in its place; replaced in one step, so that a crash leaves the old one or the new one. */
final class IdentityFile {

    /** One that is wrong in between costs one more. */
    private static final int MAX_READS = 4;

    private final Disk disk;
    private final FolderForces forces;
    private final Path file;
    private final Path folder;
    private final Path temporary;

    IdentityFile(Disk disk, Path file) {
        this(disk, file, new FolderForces(disk, "the folder of the identity file"));
    }

    /** One in a folder that is forced for other names as well. */
    IdentityFile(Disk disk, Path file, FolderForces forces) {
        this.disk = disk;
        this.forces = forces;
        this.file = file;
        this.folder = DiskNames.parentOf(file);
        this.temporary = DiskNames.temporaryOf(file);
    }

    /**
     * Reads the identity, until two reads in turn gave the same bytes: what is read is written back at every start, so a bit that was wrong
     * on the way from the disk would stay, and files of older versions have no checksum that tells.
     *
     * @throws ChunkServerException when the file cannot be understood
     */
    Optional<ServerIdentity> read() throws IOException {
        Optional<ByteBuffer> last = readOnce();
        for (int read = 1; read < MAX_READS; read++) {
            Optional<ByteBuffer> again = readOnce();
            if (again.equals(last)) {
                return last.isEmpty() ? Optional.empty() : Optional.of(IdentityFormat.decode(last.get(), toString()));
            }
            last = again;
        }
        throw new IOException("identity file " + this + " did not read the same twice in " + MAX_READS
                + " times; nothing was changed, start the server again");
    }

    private Optional<ByteBuffer> readOnce() throws IOException {
        OptionalLong size = disk.size(file);
        if (size.isEmpty()) {
            return Optional.empty();
        }
        if (size.getAsLong() > IdentityFormat.MAX_BYTES) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "identity file " + this + " has " + size.getAsLong() + " bytes; it cannot have more than "
                                    + IdentityFormat.MAX_BYTES)
                    .withHint("restore the file from a copy")
                    .toException();
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) size.getAsLong());
        try (DiskFile open = disk.openForRead(file)) {
            open.readFully(bytes, 0);
        }
        return Optional.of(bytes.flip());
    }

    /** Makes the folder of the file; durable on return. */
    void makeFolder() throws IOException {
        disk.createDirectories(folder);
        for (Path made = folder; !made.toString().isEmpty(); made = DiskNames.parentOf(made)) {
            forces.force(DiskNames.parentOf(made));
        }
    }

    /** Puts this identity in the file's place; durable on return. */
    void write(ServerIdentity identity) throws IOException {
        removeLeftover();
        try (DiskFile open = disk.create(temporary)) {
            open.writeFully(IdentityFormat.encode(identity), 0);
            open.force();
        }
        disk.rename(temporary, file);
        forces.force(folder);
    }

    /** What has failed, if a force of the folder has: nothing can be written any more. */
    Optional<Failure> failure() {
        return forces.failure();
    }

    /** A crash between creating and renaming leaves the temporary file behind. */
    private void removeLeftover() throws IOException {
        try {
            disk.delete(temporary);
        } catch (NoSuchFileException e) {
            // The usual case.
        }
    }

    @Override
    public String toString() {
        return disk + "/" + file;
    }
}
