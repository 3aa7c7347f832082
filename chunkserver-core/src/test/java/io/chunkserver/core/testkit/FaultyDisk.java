package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.DeviceErrorException;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.disk.FileStamp;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Hands everything on to another disk, and has a script say what goes wrong.
 *
 * <p>A fault that an operation cannot have, as a short count of a rename, is none. Over a {@link MemoryDisk} a failed force
 * also loses what it should have written; over another disk it only fails.
 *
 * <p>Safe for as many threads as the disk and the script are.
 */
public final class FaultyDisk implements Disk {

    private static final int SECTOR_BYTES = 512;

    private static final Set<Kind> NEED_HANDLE =
            Set.of(Kind.CREATE, Kind.OPEN, Kind.LIST, Kind.FORCE_DIRECTORY, Kind.LOCK);

    private final Disk disk;
    private final DiskScript script;

    /** Their names are kept up to date, so that the script hears of a file by the name that it has. */
    private final Set<FaultyFile> open = ConcurrentHashMap.newKeySet();

    public FaultyDisk(Disk disk, DiskScript script) {
        this.disk = disk;
        this.script = script;
    }

    /** Asks the script, and fails if that is the fault; other faults are returned. */
    private DiskFault meet(Kind kind, Path path) throws IOException {
        DiskFault fault = script.before(new DiskOperation(kind, path));
        failOpening(fault, kind, path);
        fail(fault, path);
        return fault;
    }

    private static void failOpening(DiskFault fault, Kind kind, Path path) throws IOException {
        if (fault.equals(DiskFault.NO_HANDLES) && NEED_HANDLE.contains(kind)) {
            throw Failure.of(ErrorCode.OVERLOADED, "no file handle is free: " + path)
                    .toException();
        }
    }

    private void fail(DiskFault fault, Path path) throws IOException {
        if (fault.equals(DiskFault.IO_ERROR)) {
            throw new DeviceErrorException(path + ": Input/output error");
        }
        if (fault.equals(DiskFault.ACCESS_DENIED)) {
            throw new AccessDeniedException(path.toString());
        }
        if (fault.equals(DiskFault.NO_SPACE)) {
            throw new DiskFullException(path + ": no room on " + this);
        }
        if (fault instanceof DiskFault.Torn) {
            throw new IOException("the disk has stopped");
        }
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        meet(Kind.CREATE, file);
        return opened(file, disk.create(file));
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        meet(Kind.OPEN, file);
        return opened(file, disk.openForRead(file));
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        meet(Kind.OPEN, file);
        return opened(file, disk.openForWrite(file));
    }

    private FaultyFile opened(Path path, DiskFile file) {
        FaultyFile faulty = new FaultyFile(path, file);
        open.add(faulty);
        return faulty;
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        meet(Kind.RENAME, from);
        disk.rename(from, to);
        open.forEach(file -> file.renamed(from, to));
    }

    @Override
    public void delete(Path file) throws IOException {
        meet(Kind.DELETE, file);
        disk.delete(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        meet(Kind.CREATE_DIRECTORIES, directory);
        disk.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        meet(Kind.LIST, directory);
        return disk.list(directory);
    }

    @Override
    public OptionalLong size(Path file) throws IOException {
        meet(Kind.SIZE, file);
        return disk.size(file);
    }

    @Override
    public Optional<FileStamp> stamp(Path path) throws IOException {
        meet(Kind.STAMP, path);
        return disk.stamp(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        DiskFault fault = script.before(new DiskOperation(Kind.FORCE_DIRECTORY, directory));
        if (fault.equals(DiskFault.IO_ERROR) && disk instanceof MemoryDisk memory) {
            memory.failForce(directory);
        }
        failOpening(fault, Kind.FORCE_DIRECTORY, directory);
        fail(fault, directory);
        disk.forceDirectory(directory);
    }

    @Override
    public long freeBytes() throws IOException {
        return meet(Kind.FREE_BYTES, Path.of("")).equals(DiskFault.NO_SPACE) ? 0 : disk.freeBytes();
    }

    @Override
    public Object fileSystem() throws IOException {
        return disk.fileSystem();
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        meet(Kind.LOCK, file);
        return disk.lock(file);
    }

    @Override
    public String toString() {
        return "faulty " + disk;
    }

    private final class FaultyFile implements DiskFile {

        private final DiskFile file;
        private volatile Path path;

        FaultyFile(Path path, DiskFile file) {
            this.path = path;
            this.file = file;
        }

        void renamed(Path from, Path to) {
            if (path.equals(from)) {
                path = to;
            }
        }

        @Override
        public long size() throws IOException {
            meet(Kind.SIZE, path);
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            DiskFault fault = meet(Kind.READ, path);
            if (fault.equals(DiskFault.SHORT_COUNT)) {
                return halved(target, half -> file.read(half, position));
            }
            int start = target.position();
            int count = file.read(target, position);
            if (fault.equals(DiskFault.FLIPPED_BIT) && count > 0) {
                int middle = start + count / 2;
                target.put(middle, (byte) (target.get(middle) ^ 1));
            }
            return count;
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            DiskFault fault = script.before(new DiskOperation(Kind.WRITE, path));
            if (fault instanceof DiskFault.Torn torn) {
                tear(source, position, torn);
            }
            fail(fault, path);
            return fault.equals(DiskFault.SHORT_COUNT)
                    ? halved(source, half -> file.write(half, position))
                    : file.write(source, position);
        }

        /** In one write or, when that is short, several. */
        @Override
        public boolean writeDirectly(ByteBuffer source, long position) throws IOException {
            writeFully(source, position);
            return true;
        }

        private static int halved(ByteBuffer buffer, Transfer transfer) throws IOException {
            int limit = buffer.limit();
            buffer.limit(buffer.position() + (buffer.remaining() + 1) / 2);
            try {
                return transfer.perform(buffer);
            } finally {
                buffer.limit(limit);
            }
        }

        private void tear(ByteBuffer source, long position, DiskFault.Torn torn) throws IOException {
            boolean any = false;
            for (int at = 0; at < source.remaining(); at += SECTOR_BYTES) {
                if (torn.survivingSectors().test(at / SECTOR_BYTES)) {
                    int count = Math.min(SECTOR_BYTES, source.remaining() - at);
                    file.writeFully(source.slice(source.position() + at, count), position + at);
                    any = true;
                }
            }
            if (any) {
                file.force();
            }
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            meet(Kind.TRUNCATE, path);
            file.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            DiskFault fault = script.before(new DiskOperation(Kind.FORCE, path));
            if (fault.equals(DiskFault.IO_ERROR) && file instanceof MemoryFile memory) {
                memory.failForce();
            }
            fail(fault, path);
            file.force();
        }

        /** A fault that it meets shows in the next force, where the script has its say. */
        @Override
        public void beginWriteBack() {
            file.beginWriteBack();
        }

        /** Never fails: after a failed close nobody knows anything, and nobody asks. */
        @Override
        public void close() throws IOException {
            open.remove(this);
            file.close();
        }
    }

    private interface Transfer {
        int perform(ByteBuffer buffer) throws IOException;
    }
}
