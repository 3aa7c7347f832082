package io.chunkserver.core.store;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.DeviceErrorException;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkInfo;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A published version as a file; it holds its checksums in memory, at most 64 KiB.
 *
 * <p>May be shared: the file is closed when it and all its shares are. Safe for many threads.
 */
final class PublishedFile implements ChunkReader {

    private final DiskFile file;
    private final Path name;
    private final ChunkFooter footer;
    private final ChunkInfo info;
    private final ByteBuffer table;
    private final StoreHandles handles;
    private final Watch watch;

    /** This one, and the shares that are not closed. */
    private final AtomicInteger users = new AtomicInteger(1);

    private final AtomicBoolean closed = new AtomicBoolean();

    /** A read failed: another file handle may do better, as when a thread was interrupted that read from this one. */
    private volatile boolean broken;

    /**
     * Who is told what happens.
     *
     * @param listener  of damage
     * @param readBytes counts what is read
     */
    record Watch(StoreListener listener, LongAdder readBytes) {}

    private PublishedFile(
            DiskFile file, Path name, ChunkFooter footer, ByteBuffer table, StoreHandles handles, Watch watch) {
        this.file = file;
        this.name = name;
        this.footer = footer;
        this.info = footer.info();
        this.table = table;
        this.handles = handles;
        this.watch = watch;
    }

    /**
     * Reads the checksums of a file whose footer is known to be the right one.
     *
     * @throws ChunkServerException.Corrupt when the table of checksums is damaged
     */
    static PublishedFile open(DiskFile file, Path name, ChunkFooter footer, StoreHandles handles, Watch watch)
            throws IOException {
        ByteBuffer table = ByteBuffer.allocate(ChunkFileFormat.tableBytes(footer.lengthBytes()));
        file.readFully(table, footer.lengthBytes());
        if (Crc32c.of(table.flip()) != footer.tableCrc()) {
            throw Failure.of(
                            ErrorCode.CORRUPT,
                            "chunk " + footer.chunk() + " has a damaged table of checksums in file " + name)
                    .toException();
        }
        return new PublishedFile(file, name, footer, table, handles, watch);
    }

    @Override
    public ChunkInfo info() {
        return info;
    }

    @Override
    public Attributes attributes() {
        return footer.attributes();
    }

    @Override
    public int blockChecksum(int block) {
        checkBlock(block);
        return table.getInt(block * Integer.BYTES);
    }

    @Override
    public void readUnverified(int block, ByteBuffer target) throws IOException {
        checkBlock(block);
        int length = BlockLayout.blockLength(block, info.lengthBytes());
        int limit = target.limit();
        Objects.checkFromIndexSize(target.position(), length, limit);
        target.limit(target.position() + length);
        try {
            file.readFully(target, (long) block * BlockLayout.BLOCK_BYTES);
            watch.readBytes().add(length);
        } catch (EOFException e) {
            throw damaged(block, "the file ends before it does").toException(e);
        } catch (IOException e) {
            broken = true;
            if (e instanceof DeviceErrorException) {
                watch.listener().unreadable(info);
            }
            throw e;
        } finally {
            target.limit(limit);
        }
    }

    @Override
    public void read(int block, ByteBuffer target) throws IOException {
        int start = target.position();
        readUnverified(block, target);
        int crc = Crc32c.of(target.duplicate().flip().position(start));
        if (crc != blockChecksum(block)) {
            throw damaged(
                            block,
                            "its checksum is " + Integer.toHexString(crc) + " instead of "
                                    + Integer.toHexString(blockChecksum(block)))
                    .toException();
        }
    }

    /**
     * Compares the checksum of the whole with that of all blocks.
     *
     * @throws ChunkServerException.Corrupt when each block is right and all together are not
     */
    void checkWhole(int ofAllBlocks) throws ChunkServerException {
        if (ofAllBlocks != info.crc32c()) {
            throw told(Failure.of(
                            ErrorCode.CORRUPT,
                            "chunk " + info.id()
                                    + " has blocks that match their checksums but not that of the whole, in" + " file "
                                    + name))
                    .toException();
        }
    }

    private void checkBlock(int block) {
        Objects.checkIndex(block, table.limit() / Integer.BYTES);
    }

    private Failure damaged(int block, String what) {
        return told(Failure.of(
                        ErrorCode.CORRUPT,
                        "chunk " + info.id() + " version " + info.version() + " is damaged in block " + block
                                + " of file " + name + ": " + what)
                .withHint(ChunkOpener.ELSEWHERE));
    }

    private Failure told(Failure damage) {
        watch.listener().damaged(info, damage);
        return damage;
    }

    /** Whether a read has failed, so that nobody else should begin to read from it. */
    boolean isBroken() {
        return broken;
    }

    /** Another reader of this file, closed by itself; only for who holds a reader that is open. */
    ChunkReader share() {
        users.incrementAndGet();
        return new Share();
    }

    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            leave();
        }
    }

    private void leave() throws IOException {
        if (users.decrementAndGet() == 0) {
            handles.close(file);
        }
    }

    private final class Share implements ChunkReader {

        private final AtomicBoolean left = new AtomicBoolean();

        @Override
        public ChunkInfo info() {
            return info;
        }

        @Override
        public Attributes attributes() {
            return PublishedFile.this.attributes();
        }

        @Override
        public int blockChecksum(int block) {
            return PublishedFile.this.blockChecksum(block);
        }

        @Override
        public void readUnverified(int block, ByteBuffer target) throws IOException {
            checkOpen();
            PublishedFile.this.readUnverified(block, target);
        }

        @Override
        public void read(int block, ByteBuffer target) throws IOException {
            checkOpen();
            PublishedFile.this.read(block, target);
        }

        /** As a file of one's own would answer. */
        private void checkOpen() throws ClosedChannelException {
            if (left.get()) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public void close() throws IOException {
            if (left.compareAndSet(false, true)) {
                leave();
            }
        }
    }
}
