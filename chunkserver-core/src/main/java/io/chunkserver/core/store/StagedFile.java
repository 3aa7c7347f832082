package io.chunkserver.core.store;

import io.chunkserver.core.checksum.BlockChecksums;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.disk.DiskFullException;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A staged version as a file: its blocks are written where they will stay, several at a time, table and footer follow in one write.
 *
 * <p>After a write or force that failed nothing more can be done with it but to close it: what the disk then holds is
 * not known.
 */
final class StagedFile implements StagedChunk {

    /** So much is written before the disk begins to take it: large enough for a disk's speed, small enough to begin soon. */
    private static final long WRITE_BACK_BYTES = 8L << 20;

    /** Where it is in its life; every state but {@code OPEN} is final. */
    private enum State {
        OPEN,
        FINISHED,
        FAILED
    }

    private final Disk disk;
    private final StoreFolders folders;
    private final StageRequest request;
    private final Path name;
    private final DiskFile file;
    private final GatheredWrites writes;
    private final StoreHandles handles;
    private final Consumer<ChunkInfo> onFinished;
    private final BlockChecksums checksums = new BlockChecksums();
    private State state = State.OPEN;

    /**
     * A version that is written into this file, which is empty.
     *
     * @param folders    makes its name durable
     * @param handles    closes the file when the store is closed first
     * @param buffers    to gather its blocks in
     * @param ways       how it is written when it is not forced
     * @param onFinished is told when the version is complete
     */
    StagedFile(
            Disk disk,
            StoreFolders folders,
            StageRequest request,
            Path name,
            StoreHandles handles,
            GatheredWrites.Buffers buffers,
            WriteWays ways,
            Consumer<ChunkInfo> onFinished)
            throws IOException {
        this.disk = disk;
        this.folders = folders;
        this.request = request;
        this.name = name;
        this.file = handles.add(disk.create(name));
        this.writes = request.durability() == Durability.SYNC
                ? GatheredWrites.durable(file, buffers)
                : GatheredWrites.unforced(file, buffers, ways);
        this.handles = handles;
        this.onFinished = onFinished;
    }

    @Override
    public void write(CheckedBlock block) throws IOException {
        checkOpen();
        checkFits(block.lengthBytes());
        checksums.checkNext(block.lengthBytes());
        if (!block.intact()) {
            throw mismatch("block " + checksums.count() + " of chunk " + request.chunk()
                    + " does not have the checksum that its origin computed");
        }
        state = State.FAILED;
        boolean cached = write(block.data().duplicate());
        state = State.OPEN;
        checksums.add(block.crc32c(), block.lengthBytes());
        if (cached && request.durability() == Durability.SYNC && checksums.lengthBytes() % WRITE_BACK_BYTES == 0) {
            file.beginWriteBack();
        }
    }

    /** Whether bytes have gone into the page cache. */
    private boolean write(ByteBuffer bytes) throws IOException {
        try {
            return writes.write(bytes);
        } catch (DiskFullException e) {
            throw noRoom(disk, request, e);
        }
    }

    private void checkFits(int blockBytes) throws ChunkServerException {
        if (request.tombstone()) {
            throw new IllegalArgumentException("the tombstone of chunk " + request.chunk() + " cannot have bytes");
        }
        if (checksums.lengthBytes() + blockBytes > ChunkFileFormat.MAX_CHUNK_BYTES) {
            throw Failure.of(
                            ErrorCode.CHUNK_TOO_LARGE,
                            "chunk " + request.chunk() + " has more than " + ChunkFileFormat.MAX_CHUNK_BYTES + " bytes")
                    .in(request.key().transaction())
                    .toException();
        }
    }

    @Override
    public ChunkInfo finish(long lengthBytes, int crc32c) throws IOException {
        checkOpen();
        if (lengthBytes != checksums.lengthBytes() || crc32c != checksums.crc32c()) {
            throw mismatch("chunk " + request.chunk() + " arrived with " + checksums.lengthBytes()
                    + " bytes and checksum " + Integer.toHexString(checksums.crc32c()) + "; its origin sent "
                    + lengthBytes + " bytes with checksum " + Integer.toHexString(crc32c));
        }
        state = State.FAILED;
        ChunkInfo info = complete();
        if (request.durability() == Durability.SYNC) {
            file.force();
            folders.forceNameOf(name);
        }
        state = State.FINISHED;
        onFinished.accept(info);
        return info;
    }

    /** Writes as many bytes as the file will have, so that completing it needs no more room. */
    void takeRoom(long bytes) throws IOException {
        file.writeFully(ByteBuffer.allocate(Math.toIntExact(bytes)), 0);
    }

    private ChunkInfo complete() throws IOException {
        ByteBuffer table = ByteBuffer.allocate(ChunkFileFormat.tableBytes(checksums.lengthBytes()));
        checksums.writeTo(table);
        ChunkFooter footer = new ChunkFooter(
                request.chunk(),
                request.version(),
                request.key(),
                request.epoch(),
                request.tombstone(),
                request.durability(),
                checksums.lengthBytes(),
                checksums.crc32c(),
                Crc32c.of(table.flip()),
                request.attributes());
        ByteBuffer end = ByteBuffer.allocate(table.remaining() + ChunkFileFormat.tailBytes(footer));
        ChunkFileFormat.encode(footer, end.put(table));
        writeEnd(end.flip());
        return footer.info();
    }

    private void writeEnd(ByteBuffer end) throws IOException {
        try {
            writes.flush();
            file.writeFully(end, checksums.lengthBytes());
        } catch (DiskFullException e) {
            throw noRoom(disk, request, e);
        }
    }

    /** A full file system is no failed disk: the version cannot be stored, everything else goes on. */
    static ChunkServerException noRoom(Disk disk, StageRequest request, DiskFullException cause) throws IOException {
        return new Failure(
                        ErrorCode.INSUFFICIENT_SPACE,
                        "the file system has no room for chunk " + request.chunk(),
                        "make room on the file system or store on another server",
                        null,
                        request.key().transaction(),
                        disk.freeBytes())
                .toException(cause);
    }

    private ChunkServerException mismatch(String message) {
        return Failure.of(ErrorCode.CHECKSUM_MISMATCH, message)
                .in(request.key().transaction())
                .withHint("send the chunk again")
                .toException();
    }

    private void checkOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException("staged version " + request.key() + " of chunk " + request.chunk() + " has "
                    + (state == State.FINISHED ? "been finished" : "failed") + " already");
        }
    }

    @Override
    public void close() throws IOException {
        writes.close();
        handles.close(file);
    }
}
