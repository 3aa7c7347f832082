package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.DeviceErrorException;
import io.chunkserver.core.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;

/** An open file of a {@link MemoryDisk}. All state is guarded by the disk. */
final class MemoryFile implements DiskFile {

    private final MemoryDisk disk;
    private final MemoryInode inode;
    private final boolean writable;
    private boolean closed;

    MemoryFile(MemoryDisk disk, MemoryInode inode, boolean writable) {
        this.disk = disk;
        this.inode = inode;
        this.writable = writable;
    }

    @Override
    public long size() throws IOException {
        synchronized (disk) {
            checkOpen();
            return inode.current().size();
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        synchronized (disk) {
            checkOpen();
            int available = (int) Math.max(0, inode.current().size() - position);
            int count = Math.min(available, target.remaining());
            if (count == 0) {
                return target.hasRemaining() ? -1 : 0;
            }
            if (inode.failsRead(position, count)) {
                throw new DeviceErrorException("Input/output error on " + disk + " at " + position);
            }
            inode.current().read((int) position, count, target);
            return count;
        }
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        synchronized (disk) {
            checkWritable();
            int count = disk.makeRoom(inode, position, source.remaining());
            byte[] bytes = new byte[count];
            source.get(bytes);
            inode.perform(new DataOperation.Write((int) position, bytes), disk.tick());
            return count;
        }
    }

    /** There is no cache to go past: a crash chooses among these bytes as among all others. */
    @Override
    public boolean writeDirectly(ByteBuffer source, long position) throws IOException {
        if (!source.isDirect()
                || source.alignmentOffset(0, DIRECT_ALIGNMENT) != 0
                || position % DIRECT_ALIGNMENT != 0
                || source.remaining() % DIRECT_ALIGNMENT != 0) {
            throw new IllegalArgumentException(source + " at " + position + " is not aligned");
        }
        writeFully(source, position);
        return true;
    }

    @Override
    public void truncate(long sizeBytes) throws IOException {
        synchronized (disk) {
            checkWritable();
            if (sizeBytes < inode.current().size()) {
                disk.resized(inode, () -> inode.perform(new DataOperation.Truncate((int) sizeBytes), disk.tick()));
            }
        }
    }

    @Override
    public void force() throws IOException {
        synchronized (disk) {
            checkOpen();
            disk.force(inode);
        }
    }

    /** What the disk has taken before it is forced is for the crash to choose, whoever asked for it. */
    @Override
    public void beginWriteBack() {}

    /**
     * Does what a kernel may do when it cannot write (Rebello et al., ATC 2020): what was not durable is taken for written,
     * so that it can be read, a later force succeeds, and a crash loses it.
     */
    void failForce() throws IOException {
        synchronized (disk) {
            checkOpen();
            inode.failForce();
        }
    }

    @Override
    public void close() {
        synchronized (disk) {
            if (!closed) {
                closed = true;
                disk.closed(this, inode);
            }
        }
    }

    /** The machine went down: the file is of no more use. */
    void die() {
        closed = true;
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
    }

    private void checkWritable() throws IOException {
        checkOpen();
        if (!writable) {
            throw new NonWritableChannelException();
        }
    }
}
