package io.chunkserver.core.scrub;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers how far a cycle has got, over restarts; replaced in one step. Where it is lost something is read twice, and no more. For one
 * thread at a time.
 */
final class ScrubProgressFile {

    private static final Logger LOG = LoggerFactory.getLogger(ScrubProgressFile.class);

    private final Disk disk;
    private final Path folder;
    private final Path file;
    private final Path temporary;

    /** Said once: a full disk is no reason to fill the log. */
    private boolean saidUnwritten;

    ScrubProgressFile(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        this.file = folder.resolve(DataDirectory.SCRUB_PROGRESS);
        this.temporary = DiskNames.temporaryOf(file);
    }

    ScrubProgress read() {
        try {
            OptionalLong size = disk.size(file);
            if (size.isEmpty()) {
                return ScrubProgress.NEVER;
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(size.getAsLong(), ScrubProgressFormat.MAX_BYTES));
            try (DiskFile open = disk.openForRead(file)) {
                open.readFully(bytes, 0);
            }
            return ScrubProgressFormat.decode(bytes.flip()).orElse(ScrubProgress.NEVER);
        } catch (IOException e) {
            LOG.warn("{} cannot be read, so all chunks are examined anew: {}", file, e.getMessage());
            return ScrubProgress.NEVER;
        }
    }

    void write(ScrubProgress progress) {
        try {
            try {
                disk.delete(temporary);
            } catch (NoSuchFileException e) {
                // The usual case: only a crash leaves one behind.
            }
            try (DiskFile open = disk.create(temporary)) {
                open.writeFully(ScrubProgressFormat.encode(progress), 0);
                open.force();
            }
            disk.rename(temporary, file);
            disk.forceDirectory(folder);
        } catch (IOException e) {
            if (!saidUnwritten) {
                saidUnwritten = true;
                LOG.warn("how far the scrub has got is not remembered over a restart: {}", e.getMessage());
            }
        }
    }
}
