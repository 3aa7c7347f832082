package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A store on a disk in memory, and ways to harm it: what the store's own tests share. */
abstract class StoreOnMemoryDisk {

    static final int BLOCK = BlockLayout.BLOCK_BYTES;
    static final ChunkId CHUNK = new ChunkId("/data", 0);
    static final ChunkId OTHER = new ChunkId("/data", 1);

    static final StoreLayout LAYOUT = new StoreLayout(DataDirectory.CHUNKS, DataDirectory.QUARANTINE);

    static FileChunkStore open(Disk disk) throws IOException {
        for (Path folder : List.of(LAYOUT.chunks(), LAYOUT.quarantine())) {
            disk.createDirectories(folder);
        }
        disk.forceDirectory(Path.of(""));
        return FileChunkStore.open(disk, LAYOUT.chunks(), LAYOUT.quarantine(), DataDirectory.INDEX);
    }

    final MemoryDisk disk;
    final byte[] data = new byte[2 * BLOCK + 100];
    FileChunkStore store;
    private long transactions;

    StoreOnMemoryDisk() {
        this(new MemoryDisk());
    }

    StoreOnMemoryDisk(MemoryDisk disk) {
        this.disk = disk;
    }

    @BeforeEach
    void openStore() throws IOException {
        new Random(1).nextBytes(data);
        store = open(disk);
    }

    @AfterEach
    void leavesNoFileOpen() throws IOException {
        store.close();
        assertThat(disk.openFiles()).isZero();
    }

    void reopen() throws IOException {
        store.close();
        store = open(disk);
    }

    /** Opens the store anew, which has to look into every file. */
    void reopenWithoutCheckpoint() throws IOException {
        store.close();
        disk.delete(DataDirectory.INDEX.resolve("checkpoint"));
        store = open(disk);
    }

    void crash() throws IOException {
        disk.crash();
        store = open(disk);
    }

    StageKey newKey() {
        transactions++;
        return new StageKey(new TransactionId("client", 1000, transactions), new Attempt(1, 1));
    }

    StageKey stage(ChunkId chunk, long version, Durability durability) throws IOException {
        return stage(chunk, version, durability, data);
    }

    StageKey stage(ChunkId chunk, long version, Durability durability, byte[] content) throws IOException {
        StageKey key = newKey();
        StageRequest request =
                new StageRequest(chunk, new ChunkVersion(version), key, 0, false, Attributes.NONE, durability);
        try (StagedChunk staged = store.stage(request)) {
            for (int offset = 0; offset < content.length; offset += BLOCK) {
                int length = Math.min(BLOCK, content.length - offset);
                staged.write(CheckedBlock.of(ByteBuffer.wrap(content, offset, length)));
            }
            staged.finish(content.length, Crc32c.of(ByteBuffer.wrap(content)));
        }
        return key;
    }

    ChunkInfo put(ChunkId chunk, long version) throws IOException {
        return store.publish(chunk, stage(chunk, version, Durability.SYNC)).info();
    }

    byte[] fileOf(ChunkId chunk) throws IOException {
        try (DiskFile file = disk.openForRead(LAYOUT.chunkFile(chunk))) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            return bytes.array();
        }
    }

    void replaceFile(Path name, byte[] bytes) throws IOException {
        if (disk.size(name).isPresent()) {
            disk.delete(name);
        }
        try (DiskFile file = disk.create(name)) {
            file.writeFully(ByteBuffer.wrap(bytes), 0);
        }
    }

    /** Flips one bit of the chunk's file; below 0 counts from its end. */
    void flipBit(Path name, int offset) throws IOException {
        try (DiskFile file = disk.openForWrite(name)) {
            long position = offset < 0 ? file.size() + offset : offset;
            ByteBuffer one = ByteBuffer.allocate(1);
            file.readFully(one, position);
            one.flip();
            one.put(0, (byte) (one.get(0) ^ 1));
            file.writeFully(one, position);
        }
    }

    void assertCorrupt(ChunkId chunk, String... words) {
        assertThatThrownBy(() -> store.verify(chunk))
                .isInstanceOfSatisfying(
                        ChunkServerException.Corrupt.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CORRUPT))
                .message()
                .contains(chunk.toString(), LAYOUT.chunkFile(chunk).toString())
                .contains(List.of(words));
    }
}
