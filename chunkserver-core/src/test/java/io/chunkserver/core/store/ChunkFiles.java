package io.chunkserver.core.store;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.model.ChunkId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Where a server's chunk files lie, for tests that harm them. */
public final class ChunkFiles {

    private static final StoreLayout LAYOUT = new StoreLayout(DataDirectory.CHUNKS, DataDirectory.QUARANTINE);

    private ChunkFiles() {}

    /** The file of a chunk's published version, below the data directory. */
    public static Path of(ChunkId chunk) {
        return LAYOUT.chunkFile(chunk);
    }

    public static byte[] bytes(Disk disk, Path name) throws IOException {
        try (DiskFile file = disk.openForRead(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            return bytes.array();
        }
    }

    /** Makes a file of these bytes, or gives them to the one that is there, also in the eyes of who has it open. */
    public static void replace(Disk disk, Path name, byte[] bytes) throws IOException {
        boolean there = disk.size(name).isPresent();
        try (DiskFile file = there ? disk.openForWrite(name) : disk.create(name)) {
            file.truncate(0);
            file.writeFully(ByteBuffer.wrap(bytes), 0);
        }
    }
}
