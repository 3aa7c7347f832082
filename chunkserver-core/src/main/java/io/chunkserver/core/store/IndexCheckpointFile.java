package io.chunkserver.core.store;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskNames;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ChunkServerException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The checkpoint of the index in its place; replaced in one step, so that a crash leaves the old one or the new one. */
final class IndexCheckpointFile {

    private static final Path NAME = Path.of("checkpoint");

    private final Disk disk;
    private final Path folder;
    private final Path file;
    private final Path temporary;

    /** The file in this folder, which is made when it is needed. */
    IndexCheckpointFile(Disk disk, Path folder) {
        this.disk = disk;
        this.folder = folder;
        this.file = folder.resolve(NAME);
        this.temporary = DiskNames.temporaryOf(file);
    }

    /**
     * Reads the whole file; memory for its contents and one block.
     *
     * @return {@link IndexCheckpoint#NONE} when there is none
     * @throws ChunkServerException.Corrupt  when it is damaged
     * @throws ChunkServerException.Unusable with {@code FORMAT_TOO_NEW} or {@code FORMAT_TOO_OLD} when it has another format
     */
    IndexCheckpoint read() throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            return read(open);
        } catch (NoSuchFileException e) {
            return IndexCheckpoint.NONE;
        }
    }

    private IndexCheckpoint read(DiskFile open) throws IOException {
        long sizeBytes = open.size();
        ByteBuffer header = ByteBuffer.allocate((int) Math.min(IndexCheckpointFormat.HEADER_BYTES, sizeBytes));
        open.readFully(header, 0);
        IndexCheckpointFormat.checkHeader(header.flip(), file);
        List<IndexCheckpoint.Entry> versions = new ArrayList<>();
        Map<Integer, FileStamp> folders = new TreeMap<>();
        long at = header.limit();
        ByteBuffer block = ByteBuffer.allocate(IndexCheckpointFormat.FRAME_BYTES);
        while (at + IndexCheckpointFormat.FRAME_BYTES <= sizeBytes) {
            block = readBlock(open, at, sizeBytes, block);
            at += block.limit();
            IndexCheckpointFormat.Block decoded = IndexCheckpointFormat.decode(block, file);
            if (decoded instanceof IndexCheckpointFormat.Block.Versions some) {
                versions.addAll(some.entries());
            } else if (decoded instanceof IndexCheckpointFormat.Block.Folders some) {
                folders.putAll(some.stamps());
            } else if (at == sizeBytes
                    && decoded.equals(new IndexCheckpointFormat.Block.End(versions.size(), folders.size()))) {
                return new IndexCheckpoint(versions, folders);
            }
        }
        throw IndexCheckpointFormat.corrupt(file, "does not end as it must, with the numbers of what it has");
    }

    /** Reads the block at this place, into this buffer or into a larger one. */
    private ByteBuffer readBlock(DiskFile open, long at, long sizeBytes, ByteBuffer buffer) throws IOException {
        open.readFully(buffer.clear().limit(IndexCheckpointFormat.FRAME_BYTES), at);
        long left = sizeBytes - at - IndexCheckpointFormat.FRAME_BYTES;
        int bytes = IndexCheckpointFormat.FRAME_BYTES + IndexCheckpointFormat.bodyBytes(buffer.flip(), left, file);
        ByteBuffer block = bytes <= buffer.capacity() ? buffer.limit(bytes) : ByteBuffer.allocate(bytes);
        open.readFully(block.position(0), at);
        return block.flip();
    }

    /** Begins another checkpoint; the one before stays until this one is complete. */
    Writer write() throws IOException {
        disk.createDirectories(folder);
        try {
            disk.delete(temporary);
        } catch (NoSuchFileException e) {
            // The usual case: only a crash leaves one behind.
        }
        return new Writer();
    }

    /** A checkpoint that is being written. Unless it was completed, closing it removes what it has written. */
    final class Writer implements Closeable {

        private final DiskFile open = disk.create(temporary);
        private final List<IndexCheckpoint.Entry> batch = new ArrayList<>();
        private long at;
        private long versions;
        private boolean complete;

        /** Writes nothing yet: whoever has a writer closes it. */
        private Writer() throws IOException {}

        /** The stamp of the file, by which others are told that were not changed since it was begun. */
        FileStamp stamp() throws IOException {
            return disk.stamp(temporary).orElseThrow(() -> new NoSuchFileException(temporary.toString()));
        }

        void add(IndexCheckpoint.Entry entry) throws IOException {
            batch.add(entry);
            if (batch.size() == IndexCheckpointFormat.MAX_VERSIONS) {
                flush();
            }
        }

        private void flush() throws IOException {
            if (at == 0) {
                append(IndexCheckpointFormat.encodeHeader());
            }
            versions += batch.size();
            append(IndexCheckpointFormat.encodeVersions(batch));
            batch.clear();
        }

        private void append(ByteBuffer bytes) throws IOException {
            int count = bytes.remaining();
            open.writeFully(bytes, at);
            at += count;
        }

        /** Puts the checkpoint in the place of the one before; durable on return. */
        void complete(Map<Integer, FileStamp> folders) throws IOException {
            flush();
            append(IndexCheckpointFormat.encodeFolders(folders));
            append(IndexCheckpointFormat.encodeEnd(versions, folders.size()));
            open.force();
            disk.rename(temporary, file);
            complete = true;
            disk.forceDirectory(folder);
        }

        @Override
        public void close() throws IOException {
            open.close();
            if (!complete) {
                disk.delete(temporary);
            }
        }
    }

    @Override
    public String toString() {
        return disk + "/" + file;
    }
}
