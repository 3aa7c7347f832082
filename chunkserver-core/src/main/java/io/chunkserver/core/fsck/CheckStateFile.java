package io.chunkserver.core.fsck;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the state of a check is kept between its runs: outside of the data directory, replaced in one step. */
public final class CheckStateFile {

    /** A state is one line; a larger file is none. */
    private static final int MAX_BYTES = 16 * 1024;

    private final Disk disk;
    private final Path file;
    private final Path temporary;

    public CheckStateFile(Disk disk, Path file) {
        this.disk = disk;
        this.file = file;
        this.temporary = DiskNames.temporaryOf(file);
    }

    /** What was kept; empty when there is nothing, or nothing to go on from. */
    public Optional<CheckState> read() throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            if (open.size() > MAX_BYTES) {
                return Optional.empty();
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) open.size());
            open.readFully(bytes, 0);
            return CheckState.decode(StandardCharsets.UTF_8.decode(bytes.flip()).toString());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    public void write(CheckState state) throws IOException {
        remove(temporary);
        try (DiskFile open = disk.create(temporary)) {
            open.writeFully(StandardCharsets.UTF_8.encode(state.encode()), 0);
            open.force();
        }
        disk.rename(temporary, file);
        disk.forceDirectory(DiskNames.parentOf(file));
    }

    /** The check is over. */
    public void remove() throws IOException {
        remove(file);
    }

    private void remove(Path name) throws IOException {
        try {
            disk.delete(name);
        } catch (NoSuchFileException e) {
            // The usual case.
        }
    }
}
