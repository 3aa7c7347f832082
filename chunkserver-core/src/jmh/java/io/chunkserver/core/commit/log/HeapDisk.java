package io.chunkserver.core.commit.log;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.FileStamp;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A disk that costs nothing but the copying of bytes: forcing does nothing, and nothing survives. The test kit's disk in memory
 * keeps what a crash could leave, which would be measured too.
 */
final class HeapDisk implements Disk {

    private final Map<Path, HeapFile> files = new ConcurrentHashMap<>();

    @Override
    public DiskFile create(Path file) throws IOException {
        HeapFile created = new HeapFile();
        if (files.putIfAbsent(file, created) != null) {
            throw new FileAlreadyExistsException(file.toString());
        }
        return created;
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return openForWrite(file);
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        HeapFile found = files.get(file);
        if (found == null) {
            throw new NoSuchFileException(file.toString());
        }
        return found;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        HeapFile moved = files.remove(from);
        if (moved == null) {
            throw new NoSuchFileException(from.toString());
        }
        files.put(to, moved);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (files.remove(file) == null) {
            throw new NoSuchFileException(file.toString());
        }
    }

    @Override
    public void createDirectories(Path directory) {
        // A directory is there as soon as a file is in it.
    }

    @Override
    public List<Path> list(Path directory) {
        return files.keySet().stream()
                .filter(file -> directory.equals(file.getParent()))
                .map(Path::getFileName)
                .sorted()
                .toList();
    }

    @Override
    public OptionalLong size(Path file) {
        HeapFile found = files.get(file);
        return found == null ? OptionalLong.empty() : OptionalLong.of(found.size());
    }

    /** Nothing survives, so nobody has an earlier stamp to compare with. */
    @Override
    public Optional<FileStamp> stamp(Path path) {
        return Optional.empty();
    }

    @Override
    public void forceDirectory(Path directory) {
        // Nothing survives anyway.
    }

    @Override
    public long freeBytes() {
        return Long.MAX_VALUE;
    }

    @Override
    public Object fileSystem() {
        return this;
    }

    @Override
    public Closeable lock(Path file) {
        return () -> {};
    }

    /** Bytes in one array, which grows as the file does. */
    private static final class HeapFile implements DiskFile {

        private byte[] bytes = new byte[0];
        private int sizeBytes;

        @Override
        public synchronized long size() {
            return sizeBytes;
        }

        @Override
        public synchronized int read(ByteBuffer target, long position) {
            if (position >= sizeBytes) {
                return -1;
            }
            int count = (int) Math.min(target.remaining(), sizeBytes - position);
            target.put(bytes, (int) position, count);
            return count;
        }

        @Override
        public synchronized int write(ByteBuffer source, long position) {
            int count = source.remaining();
            int end = Math.toIntExact(position + count);
            if (end > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
            }
            source.get(bytes, (int) position, count);
            sizeBytes = Math.max(sizeBytes, end);
            return count;
        }

        @Override
        public synchronized void truncate(long newSizeBytes) {
            int newSize = (int) Math.min(sizeBytes, newSizeBytes);
            Arrays.fill(bytes, newSize, sizeBytes, (byte) 0);
            sizeBytes = newSize;
        }

        @Override
        public void force() {
            // Nothing survives anyway.
        }

        @Override
        public void beginWriteBack() {
            // As little.
        }

        @Override
        public void close() {
            // The bytes belong to the disk.
        }
    }
}
