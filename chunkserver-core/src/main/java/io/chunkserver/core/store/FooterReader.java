package io.chunkserver.core.store;

import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Reads the footer at the end of a chunk file. */
final class FooterReader {

    /** Holds most footers whole, so that one read is enough. */
    private static final int FIRST_READ_BYTES = 1024;

    private FooterReader() {}

    /**
     * Reads and checks the footer.
     *
     * @param name names the file in messages
     * @throws io.chunkserver.core.error.ChunkServerException.Corrupt  when there is none, or a damaged one
     * @throws io.chunkserver.core.error.ChunkServerException.Unusable when it has another format
     */
    static ChunkFooter read(DiskFile file, Path name) throws IOException {
        long fileBytes = file.size();
        ByteBuffer end = readEnd(file, fileBytes, (int) Math.min(FIRST_READ_BYTES, fileBytes));
        int tailBytes = ChunkFileFormat.tailBytes(end, fileBytes, name);
        ByteBuffer tail =
                tailBytes <= end.limit() ? end.position(end.limit() - tailBytes) : readEnd(file, fileBytes, tailBytes);
        return ChunkFileFormat.decode(tail, fileBytes, name);
    }

    private static ByteBuffer readEnd(DiskFile file, long fileBytes, int count) throws IOException {
        ByteBuffer end = ByteBuffer.allocate(count);
        file.readFully(end, fileBytes - count);
        return end.flip();
    }
}
