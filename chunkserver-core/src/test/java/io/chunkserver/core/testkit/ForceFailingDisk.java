package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * A disk one of whose next forces fails, after which it behaves as if nothing had been: the trap into which whoever tries a
 * failed force again falls (Rebello et al., <i>Can Applications Recover from fsync Failures?</i>, ATC 2020).
 *
 * <p>Not thread-safe: made for simulations.
 */
public final class ForceFailingDisk implements Disk {

    private static final int NEVER = -1;

    private final Disk disk;
    private int forcesLeft = NEVER;
    private boolean bytesArrive;
    private long failures;

    public ForceFailingDisk(Disk disk) {
        this.disk = disk;
    }

    /**
     * Makes one force fail.
     *
     * @param forces      how many succeed before
     * @param bytesArrive whether the bytes are durable all the same, which nobody learns
     */
    public void failAfter(int forces, boolean bytesArrive) {
        this.forcesLeft = forces;
        this.bytesArrive = bytesArrive;
    }

    /** Lets every force succeed again. */
    public void mend() {
        forcesLeft = NEVER;
    }

    /** How many forces have failed. */
    public long failures() {
        return failures;
    }

    private interface Force {
        void run() throws IOException;
    }

    private void force(Force force) throws IOException {
        if (forcesLeft == 0) {
            forcesLeft = NEVER;
            failures++;
            if (bytesArrive) {
                force.run();
            }
            throw new IOException("the force failed");
        }
        if (forcesLeft > 0) {
            forcesLeft--;
        }
        force.run();
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        return new File(disk.create(file));
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return disk.openForRead(file);
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        return new File(disk.openForWrite(file));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        disk.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        disk.delete(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        disk.createDirectories(directory);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return disk.list(directory);
    }

    @Override
    public OptionalLong size(Path file) throws IOException {
        return disk.size(file);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        force(() -> disk.forceDirectory(directory));
    }

    @Override
    public long freeBytes() throws IOException {
        return disk.freeBytes();
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return disk.lock(file);
    }

    @Override
    public String toString() {
        return disk.toString();
    }

    private final class File implements DiskFile {

        private final DiskFile file;

        File(DiskFile file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return file.read(target, position);
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return file.write(source, position);
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            file.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            ForceFailingDisk.this.force(file::force);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
