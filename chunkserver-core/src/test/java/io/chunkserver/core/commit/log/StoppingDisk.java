package io.chunkserver.core.commit.log;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntPredicate;

/**
 * Hands everything on to another disk, and fails one change of it: the last that a process makes before it dies, or one
 * after which the disk is well again.
 *
 * <p>When the change that fails is a write, some of its sectors may get to the disk all the same.
 */
final class StoppingDisk implements Disk {

    private static final int SECTOR_BYTES = 512;

    private final Disk disk;
    private final boolean forever;
    private final IntPredicate survivingSectors;
    private int changesLeft;
    private int changes;
    private int forces;

    private StoppingDisk(Disk disk, int changesLeft, boolean forever, IntPredicate survivingSectors) {
        this.disk = disk;
        this.changesLeft = changesLeft;
        this.forever = forever;
        this.survivingSectors = survivingSectors;
    }

    /** Counts only. */
    static StoppingDisk never(Disk disk) {
        return new StoppingDisk(disk, Integer.MAX_VALUE, false, sector -> false);
    }

    /**
     * Fails the change after this many, and all later ones.
     *
     * @param survivingSectors which sectors of a write that fails get to the disk, durably
     */
    static StoppingDisk after(int changes, Disk disk, IntPredicate survivingSectors) {
        return new StoppingDisk(disk, changes, true, survivingSectors);
    }

    /** Fails the change after this many; what comes later succeeds. */
    static StoppingDisk onceAfter(int changes, Disk disk) {
        return new StoppingDisk(disk, changes, false, sector -> false);
    }

    /** Changes that were asked for. */
    int changes() {
        return changes;
    }

    /** Forces of files that were asked for. */
    int forces() {
        return forces;
    }

    /** Whether the failing change was reached. */
    boolean stopped() {
        return changesLeft < 0;
    }

    /** From now on, fails after this many changes. */
    void stopAfter(int moreChanges) {
        changesLeft = moreChanges;
    }

    private void change() throws IOException {
        changes++;
        if (changesLeft-- == 0 || (forever && changesLeft < 0)) {
            throw new IOException("the disk has stopped");
        }
    }

    @Override
    public DiskFile create(Path file) throws IOException {
        change();
        return new StoppingFile(disk.create(file));
    }

    @Override
    public DiskFile openForRead(Path file) throws IOException {
        return disk.openForRead(file);
    }

    @Override
    public DiskFile openForWrite(Path file) throws IOException {
        return new StoppingFile(disk.openForWrite(file));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change();
        disk.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        change();
        disk.delete(file);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        change();
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
        change();
        disk.forceDirectory(directory);
    }

    @Override
    public long freeBytes() throws IOException {
        return disk.freeBytes();
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return disk.lock(file);
    }

    private final class StoppingFile implements DiskFile {

        private final DiskFile file;

        StoppingFile(DiskFile file) {
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
            boolean dead = forever && changesLeft < 0;
            try {
                change();
            } catch (IOException e) {
                if (!dead) {
                    tear(source, position);
                }
                throw e;
            }
            return file.write(source, position);
        }

        private void tear(ByteBuffer source, long position) throws IOException {
            for (int at = 0; at < source.remaining(); at += SECTOR_BYTES) {
                if (survivingSectors.test(at / SECTOR_BYTES)) {
                    int count = Math.min(SECTOR_BYTES, source.remaining() - at);
                    file.writeFully(source.slice(source.position() + at, count), position + at);
                }
            }
            file.force();
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            change();
            file.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            forces++;
            change();
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
