package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** S4: a full disk stops what needs room and nothing else. */
class StoreOnFullDiskTest extends StoreOnMemoryDisk {

    private static final int ROOM_BYTES = 4 * GatheredWrites.GATHERED_BYTES;

    StoreOnFullDiskTest() {
        super(new MemoryDisk(ROOM_BYTES));
    }

    private void fillDisk() throws IOException {
        try (DiskFile filler = disk.create(Path.of("filler"))) {
            filler.writeFully(ByteBuffer.allocate((int) disk.freeBytes()), 0);
        }
        assertThat(disk.freeBytes()).isZero();
    }

    @Test
    void whatIsStoredCanBeReadPublishedDiscardedAndDeleted() throws IOException {
        put(CHUNK, 1);
        StageKey second = stage(CHUNK, 2, Durability.SYNC);
        StageKey third = stage(OTHER, 1, Durability.SYNC);
        fillDisk();

        store.verify(CHUNK);
        store.publish(CHUNK, second);
        store.forcePublished();
        store.verify(CHUNK);
        store.discard(OTHER, third);
        store.delete(CHUNK, new ChunkVersion(2));

        disk.delete(Path.of("filler"));
        assertThat(disk.usedBytes()).isZero();
    }

    @Test
    void stagingIsRefusedUntilThereIsRoomAgain() throws IOException {
        put(CHUNK, 1);
        fillDisk();
        assertThatThrownBy(() -> stage(CHUNK, 2, Durability.SYNC))
                .isInstanceOf(ChunkServerException.InsufficientSpace.class);

        disk.delete(Path.of("filler"));
        store.publish(CHUNK, stage(CHUNK, 2, Durability.SYNC));
        store.verify(CHUNK);
    }

    @Test
    void aTombstoneIsStagedOutOfTheEmergencyRoomAsOftenAsThereIsSome() throws IOException {
        Path reserved = Path.of("reserved");
        try (DiskFile file = disk.create(reserved)) {
            file.writeFully(ByteBuffer.allocate(MemoryDisk.BLOCK_BYTES), 0);
        }
        store.close();
        store = FileChunkStore.open(
                disk,
                LAYOUT.chunks(),
                LAYOUT.quarantine(),
                Path.of("index"),
                () -> Instant.EPOCH,
                StoreListener.NOBODY,
                () -> {
                    boolean some = disk.size(reserved).isPresent();
                    if (some) {
                        disk.delete(reserved);
                    }
                    return some;
                });
        put(CHUNK, 1);
        fillDisk();

        StageKey tombstone = stageTombstone(CHUNK, 2);
        assertThat(disk.freeBytes()).isZero();
        assertThatThrownBy(() -> stageTombstone(OTHER, 1)).isInstanceOf(ChunkServerException.InsufficientSpace.class);

        store.publish(CHUNK, tombstone);
        assertThat(store.stat(CHUNK))
                .hasValueSatisfying(info -> assertThat(info.tombstone()).isTrue());
        assertThat(disk.freeBytes()).isPositive();
        assertThat(disk.list(LAYOUT.stagedFile(OTHER, tombstone).getParent()))
                .as("nothing is left of the one that was refused")
                .allMatch(StoreLayout::isChunk);
    }

    private StageKey stageTombstone(ChunkId chunk, long version) throws IOException {
        StageKey key = newKey();
        StageRequest request =
                new StageRequest(chunk, new ChunkVersion(version), key, 0, true, Attributes.NONE, Durability.SYNC);
        try (StagedChunk staged = store.stage(request)) {
            staged.finish(0, 0);
        }
        return key;
    }

    @Test
    void aStagedVersionThatFailedOnceStaysFailed() throws IOException {
        failsOnce(Durability.SYNC, 0);
        // Of what is not forced the first piece goes through the cache, the second past it, where nothing is known.
        failsOnce(Durability.OS, 0);
        failsOnce(Durability.OS, 1);
    }

    private void failsOnce(Durability durability, int piecesBefore) throws IOException {
        StageKey key = newKey();
        StageRequest request = new StageRequest(CHUNK, new ChunkVersion(1), key, 0, false, Attributes.NONE, durability);
        try (StagedChunk staged = store.stage(request)) {
            CheckedBlock block = CheckedBlock.of(ByteBuffer.allocate(BLOCK));
            for (int piece = 0; piece < piecesBefore; piece++) {
                writePiece(staged, block);
            }
            fillDisk();
            assertThatThrownBy(() -> writePiece(staged, block))
                    .isInstanceOf(ChunkServerException.InsufficientSpace.class);
            disk.delete(Path.of("filler"));

            assertThatThrownBy(() -> staged.write(block)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> staged.finish(BLOCK, block.crc32c())).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> store.publish(CHUNK, key)).isInstanceOf(NoSuchFileException.class);
        }
        store.discard(CHUNK, key);
    }

    /** As many blocks as are written at once. */
    private static void writePiece(StagedChunk staged, CheckedBlock block) throws IOException {
        for (int length = 0; length < GatheredWrites.GATHERED_BYTES; length += BLOCK) {
            staged.write(block);
        }
    }
}
