package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.StoreSubject.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a {@link ChunkStore} promises to those who read and list; part of {@link ChunkStoreContract}. */
interface ChunkReadingContract extends StoreSubject {

    // Reading

    @Test
    default void aReaderKeepsItsVersionWhileTheChunkIsReplacedAndDeleted() throws IOException {
        put(CHUNK, 1, bytes(2 * BLOCK, 1));
        try (ChunkReader reader = store().open(CHUNK)) {
            put(CHUNK, 2, bytes(10, 2));
            assertThat(StoreSubject.read(reader)).isEqualTo(bytes(2 * BLOCK, 1));
            store().delete(CHUNK, new ChunkVersion(2));
            assertThat(StoreSubject.read(reader)).isEqualTo(bytes(2 * BLOCK, 1));
            assertThat(reader.info().version()).isEqualTo(new ChunkVersion(1));
        }
    }

    @Test
    default void whatIsOpenedWithoutWaitingIsThePublishedVersion() throws IOException {
        assertThat(store().openIfReady(CHUNK)).as("a chunk that is not there").isNull();
        for (int version = 1; version <= 2; version++) {
            put(CHUNK, version, bytes(BLOCK + version, version));
            store().open(CHUNK).close();
            try (ChunkReader ready = store().openIfReady(CHUNK)) {
                if (ready != null) {
                    assertThat(ready.info().version()).isEqualTo(new ChunkVersion(version));
                    assertThat(StoreSubject.read(ready)).isEqualTo(bytes(BLOCK + version, version));
                }
            }
        }
        store().delete(CHUNK, new ChunkVersion(2));
        assertThat(store().openIfReady(CHUNK)).as("a chunk that was deleted").isNull();
    }

    @Test
    default void aReaderHandsOutEachBlockWithItsChecksum() throws IOException {
        byte[] data = bytes(2 * BLOCK + 5, 1);
        put(CHUNK, 1, data);
        try (ChunkReader reader = store().open(CHUNK)) {
            for (int block = 0; block < 3; block++) {
                ByteBuffer target = ByteBuffer.allocateDirect(BLOCK + 1).position(1);
                reader.readUnverified(block, target);
                assertThat(target.limit()).isEqualTo(BLOCK + 1);
                target.flip().position(1);
                assertThat(target.remaining()).isEqualTo(BlockLayout.blockLength(block, data.length));
                assertThat(Crc32c.of(target)).isEqualTo(reader.blockChecksum(block));
                assertThat(target).isEqualTo(ByteBuffer.wrap(data, block * BLOCK, target.remaining()));
            }
        }
    }

    @Test
    default void aReaderRefusesBlocksThatAreNotThereAndBuffersThatAreTooSmall() throws IOException {
        put(CHUNK, 1, bytes(BLOCK + 1, 1));
        try (ChunkReader reader = store().open(CHUNK)) {
            ByteBuffer target = ByteBuffer.allocate(BLOCK);
            assertThatThrownBy(() -> reader.read(2, target)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> reader.read(-1, target)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> reader.blockChecksum(2)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> reader.read(0, ByteBuffer.allocate(BLOCK - 1)))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    // Listing

    @Test
    default void listingPagesThroughAllVersionsInTheOrderOfTheirIds() throws IOException {
        List<ChunkId> chunks = new ArrayList<>();
        for (String path : List.of("/a", "/a/b", "/a-b", "/b", "c")) {
            for (int index : List.of(10, 2, 0)) {
                chunks.add(new ChunkId(path, index));
                put(new ChunkId(path, index), 1, bytes(1, 1));
            }
        }
        chunks.sort(null);

        for (int limit : List.of(1, 4, 15, 16)) {
            List<ChunkId> listed = new ArrayList<>();
            List<ChunkInfo> page;
            do {
                page = store().list("", listed.isEmpty() ? null : listed.get(listed.size() - 1), limit);
                assertThat(page).hasSizeLessThanOrEqualTo(limit);
                page.forEach(info -> listed.add(info.id()));
            } while (page.size() == limit);
            assertThat(listed).isEqualTo(chunks);
        }
    }

    @Test
    default void listingByPrefixFindsThePathsThatStartWithIt() throws IOException {
        for (String path : List.of("/a", "/a/b", "/a/c", "/a-b", "/b")) {
            put(new ChunkId(path, 0), 1, bytes(1, 1));
        }

        assertThat(paths("/a/", null)).containsExactly("/a/b", "/a/c");
        assertThat(paths("/a", null)).containsExactly("/a", "/a-b", "/a/b", "/a/c");
        assertThat(paths("/", null)).hasSize(5);
        assertThat(paths("/c", null)).isEmpty();
        assertThat(paths("/a/", new ChunkId("/a/b", 0))).containsExactly("/a/c");
        assertThat(paths("/a/", new ChunkId("/a", 0))).containsExactly("/a/b", "/a/c");
        assertThat(paths("/a/", new ChunkId("/b", 0))).isEmpty();
    }

    private List<String> paths(String prefix, ChunkId after) {
        return store().list(prefix, after, 100).stream()
                .map(info -> info.id().path())
                .toList();
    }

    @Test
    default void aPageHasRoomForAtLeastOne() {
        assertThatThrownBy(() -> store().list("", null, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
