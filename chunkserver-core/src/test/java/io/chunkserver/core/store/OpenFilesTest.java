package io.chunkserver.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.LocalDisk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that stay open for the next reader: none too many, none of a version that is gone. */
class OpenFilesTest extends StoreOnMemoryDisk {

    @Test
    void isReadyOnceItWasRead() throws IOException {
        put(CHUNK, 1);
        assertThat(store.openIfReady(CHUNK)).isNull();
        readFirstBlock(CHUNK);
        try (ChunkReader reader = Objects.requireNonNull(store.openIfReady(CHUNK))) {
            assertThat(firstBlock(reader)).isEqualTo(Arrays.copyOf(data, BLOCK));
        }
        assertThat(disk.openFiles()).isEqualTo(1);
    }

    @Test
    void isNotReadyWhenThereIsNoSuchChunk() throws IOException {
        assertThat(store.openIfReady(CHUNK)).isNull();
    }

    @Test
    void manyReadersShareOneFile() throws IOException {
        put(CHUNK, 1);
        try (ChunkReader one = store.open(CHUNK);
                ChunkReader two = store.open(CHUNK)) {
            assertThat(disk.openFiles()).isEqualTo(1);
            one.close();
            assertThat(firstBlock(two)).isEqualTo(Arrays.copyOf(data, BLOCK));
        }
    }

    @Test
    void readerThatIsClosedReadsNoMore() throws IOException {
        put(CHUNK, 1);
        ChunkReader reader = store.open(CHUNK);
        reader.close();
        reader.close();
        assertThatThrownBy(() -> firstBlock(reader)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> reader.readUnverified(0, ByteBuffer.allocate(BLOCK)))
                .isInstanceOf(ClosedChannelException.class);
        readFirstBlock(CHUNK);
    }

    @Test
    void replacedVersionIsClosedAtOnce() throws IOException {
        put(CHUNK, 1);
        readFirstBlock(CHUNK);
        put(CHUNK, 2);
        assertThat(disk.openFiles()).isZero();
        assertThat(store.openIfReady(CHUNK)).isNull();
        try (ChunkReader reader = store.open(CHUNK)) {
            assertThat(reader.info().version()).isEqualTo(new ChunkVersion(2));
        }
    }

    @Test
    void deletedVersionIsClosedAtOnce() throws IOException {
        put(CHUNK, 1);
        readFirstBlock(CHUNK);
        store.delete(CHUNK, new ChunkVersion(1));
        assertThat(disk.openFiles()).isZero();
        assertThatThrownBy(() -> store.open(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
    }

    @Test
    void replacedVersionStaysOpenForThoseWhoReadIt() throws IOException {
        put(CHUNK, 1);
        byte[] before = data.clone();
        try (ChunkReader reader = store.open(CHUNK)) {
            data[0]++;
            put(CHUNK, 2);
            assertThat(disk.openFiles()).isEqualTo(1);
            assertThat(firstBlock(reader)).isEqualTo(Arrays.copyOf(before, BLOCK));
        }
        assertThat(disk.openFiles()).isZero();
    }

    private ChunkOpener opener(ChunkIndex index, StoreHandles handles, OpenFiles files) {
        Quarantine quarantine = new Quarantine(disk, LAYOUT.quarantine(), () -> Instant.EPOCH);
        return new ChunkOpener(disk, LAYOUT, index, new HashMap<>(), quarantine, handles, files, StoreListener.NOBODY);
    }

    @Test
    void keepsABoundedNumberTheOneUsedLongestAgoGoesFirst() throws IOException {
        for (int index = 0; index < 3; index++) {
            put(chunk(index), 1);
        }
        OpenFiles files = new OpenFiles(2);
        StoreHandles handles = new StoreHandles();
        ChunkOpener opener = opener(index(), handles, files);
        for (int index : new int[] {0, 1, 0, 2}) {
            opener.open(chunk(index)).close();
        }
        assertThat(disk.openFiles()).isEqualTo(2);
        assertThat(opener.openIfReady(chunk(1))).isNull();
        assertThat(opener.openIfReady(chunk(0))).isNotNull();
        handles.close();
    }

    /** Opening sees the index, then the file; keeping comes after, when the chunk may have been replaced already. */
    @Test
    void versionThatIsReplacedWhileItIsOpenedIsNotKept() throws IOException {
        put(CHUNK, 1);
        ChunkIndex index = index();
        StoreHandles handles = new StoreHandles();
        OpenFiles files = new OpenFiles(2);
        ChunkOpener opener = opener(index, handles, files);
        PublishedFile opened = opener.openAfresh(CHUNK);
        put(CHUNK, 2);
        index.advance(store.stat(CHUNK).orElseThrow());
        files.forget(CHUNK);
        opener.keep(opened).close();
        assertThat(disk.openFiles()).isZero();
    }

    /** An interrupt closes the file under its reader; that must not be the end of the chunk for all others. */
    @Test
    void fileThatAnInterruptedReaderClosedIsOpenedAgain(@TempDir Path directory) throws IOException {
        try (FileChunkStore local = open(new LocalDisk(directory))) {
            store.close();
            store = local;
            put(CHUNK, 1);
            try (ChunkReader interrupted = local.open(CHUNK)) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> firstBlock(interrupted)).isInstanceOf(ClosedByInterruptException.class);
                assertThat(Thread.interrupted()).isTrue();
            }
            assertThat(local.openIfReady(CHUNK)).isNull();
            readFirstBlock(CHUNK);
            assertThat(local.openIfReady(CHUNK)).isNotNull();
        }
    }

    private ChunkIndex index() {
        ChunkIndex index = new ChunkIndex();
        store.list("", null, Integer.MAX_VALUE).forEach(index::advance);
        return index;
    }

    private static ChunkId chunk(int index) {
        return new ChunkId("/many", index);
    }

    private void readFirstBlock(ChunkId chunk) throws IOException {
        try (ChunkReader reader = store.open(chunk)) {
            firstBlock(reader);
        }
    }

    private static byte[] firstBlock(ChunkReader reader) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        reader.read(0, block);
        return block.array();
    }
}
