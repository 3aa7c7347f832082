package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.Publication;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StageRequest;
import io.chunkserver.core.store.StagedChunk;
import io.chunkserver.core.store.StagedVersion;
import io.chunkserver.core.store.StoreSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link ChunkStore} promises.
 *
 * <p>Extend it and implement {@link #openStore}. The suite opens the store before each test, closes it after, and in
 * between may close it and open it again to see what it kept.
 */
public abstract class ChunkStoreContract extends ChunkStoreFixture {

    private static final ChunkId CHUNK = new ChunkId("/data/file", 0);
    private static final int BLOCK = BlockLayout.BLOCK_BYTES;

    // Staging and publishing

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 4095, 4096, 4097, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7})
    void aPublishedChunkIsReadAsItWasStaged(int length) throws IOException {
        byte[] data = bytes(length, 1);
        ChunkInfo info = put(CHUNK, 1, data).info();

        assertThat(read(CHUNK)).isEqualTo(data);
        assertThat(store().verify(CHUNK)).isEqualTo(info);
        assertThat(info.lengthBytes()).isEqualTo(length);
        assertThat(info.crc32c()).isEqualTo(Crc32c.of(ByteBuffer.wrap(data)));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aPublishedChunkIsTheSameAfterReopening(Durability durability) throws IOException {
        byte[] data = bytes(BLOCK + 1, 1);
        StageKey key = newKey();
        ChunkInfo info =
                stage(new StageRequest(CHUNK, new ChunkVersion(3), key, 7, false, Attributes.NONE, durability), data);
        store().publish(CHUNK, key);
        store().forcePublished();
        StoreSnapshot before = store().snapshot();

        reopen();

        assertThat(store().stat(CHUNK)).contains(info);
        assertThat(read(CHUNK)).isEqualTo(data);
        assertThat(store().snapshot()).isEqualTo(before);
        assertThat(store().staged()).isEmpty();
    }

    @Test
    void aStagedVersionIsSeenByNobody() throws IOException {
        put(CHUNK, 1, bytes(10, 1));
        stage(request(CHUNK, 2, newKey()), bytes(20, 2));

        assertThat(read(CHUNK)).isEqualTo(bytes(10, 1));
        assertThat(store().stat(CHUNK).orElseThrow().version()).isEqualTo(new ChunkVersion(1));
    }

    @Test
    void publishingReplacesTheVersionBeforeAndTellsWhatItFreed() throws IOException {
        Publication first = put(CHUNK, 1, bytes(5000, 1));
        Publication second = put(CHUNK, 2, bytes(10, 2));

        assertThat(first.freedBytes()).isZero();
        assertThat(second.freedBytes()).isEqualTo(first.info().storedBytes());
        assertThat(read(CHUNK)).isEqualTo(bytes(10, 2));
        assertThat(store().snapshot())
                .isEqualTo(new StoreSnapshot(1, 0, second.info().storedBytes()));
    }

    @Test
    void publishingAgainChangesNothing() throws IOException {
        StageKey key = newKey();
        ChunkInfo info = stage(request(CHUNK, 1, key), bytes(100, 1));
        store().publish(CHUNK, key);

        assertThat(store().publish(CHUNK, key)).isEqualTo(new Publication(info, 0));
        reopen();
        assertThat(store().publish(CHUNK, key)).isEqualTo(new Publication(info, 0));
        assertThat(read(CHUNK)).isEqualTo(bytes(100, 1));
    }

    @Test
    void aStagedVersionCanBePublishedAfterReopening() throws IOException {
        StageKey key = newKey();
        ChunkInfo info = stage(request(CHUNK, 1, key), bytes(100, 1));

        reopen();

        assertThat(store().staged()).containsExactly(new StagedVersion(key, info));
        assertThat(store().publish(CHUNK, key).info()).isEqualTo(info);
        assertThat(store().staged()).isEmpty();
        assertThat(read(CHUNK)).isEqualTo(bytes(100, 1));
    }

    @Test
    void publishingWhatIsNotFinishedIsNoSuchFile() throws IOException {
        StageKey unfinished = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, unfinished))) {
            write(staged, bytes(10, 1));
        }

        assertThatThrownBy(() -> store().publish(CHUNK, unfinished)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> store().publish(CHUNK, newKey())).isInstanceOf(NoSuchFileException.class);
        assertThat(store().stat(CHUNK)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {4, 5})
    void versionsNeverGoBack(long version) throws IOException {
        put(CHUNK, 5, bytes(10, 1));
        StageKey key = newKey();
        stage(request(CHUNK, version, key), bytes(20, 2));

        assertThatThrownBy(() -> store().publish(CHUNK, key))
                .isInstanceOfSatisfying(
                        ChunkServerException.Conflict.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.VERSION_CONFLICT));
        assertThat(read(CHUNK)).isEqualTo(bytes(10, 1));
    }

    @Test
    void anAttemptIsStagedOnce() throws IOException {
        StageKey key = newKey();
        stage(request(CHUNK, 1, key), bytes(10, 1));

        assertThatThrownBy(() -> store().stage(request(CHUNK, 1, key))).isInstanceOf(FileAlreadyExistsException.class);
        store().publish(CHUNK, key);
        assertThat(read(CHUNK)).isEqualTo(bytes(10, 1));
    }

    @Test
    void attemptsOfOneTransactionDoNotDisturbEachOther() throws IOException {
        StageKey first = newKey();
        StageKey second = new StageKey(first.transaction(), new Attempt(1, 2));
        stage(request(CHUNK, 1, first), bytes(10, 1));
        stage(request(CHUNK, 1, second), bytes(20, 2));

        store().discard(CHUNK, first);
        store().publish(CHUNK, second);

        assertThat(read(CHUNK)).isEqualTo(bytes(20, 2));
        assertThat(store().staged()).isEmpty();
    }

    @Test
    void storedBytesTellsBeforehandWhatAVersionTakes() throws IOException {
        Attributes attributes = new Attributes(Map.of("kind", "text", "käse", ""));
        for (int length : List.of(0, 1, BLOCK, BLOCK + 1)) {
            StageKey key = new StageKey(new TransactionId("c".repeat(1 + length % 60), 5, length), new Attempt(9, 9));
            ChunkId chunk = new ChunkId("/dir/ünicode " + length, 3);
            StageRequest request =
                    new StageRequest(chunk, new ChunkVersion(1), key, 0, false, attributes, Durability.OS);
            assertThat(stage(request, bytes(length, 1)).storedBytes())
                    .isEqualTo(store().storedBytes(chunk, attributes, length));
        }
    }

    @Test
    void attributesAreKeptWithTheVersion() throws IOException {
        Attributes attributes = new Attributes(Map.of("content-type", "text/plain", "owner", "Zoë"));
        StageKey key = newKey();
        stage(new StageRequest(CHUNK, new ChunkVersion(1), key, 0, false, attributes, Durability.SYNC), bytes(9, 1));
        store().publish(CHUNK, key);

        reopen();

        assertThat(store().attributes(CHUNK)).isEqualTo(attributes);
        put(CHUNK, 2, bytes(9, 1));
        assertThat(store().attributes(CHUNK)).isEqualTo(Attributes.NONE);
    }

    @Test
    void anyChunkIdCanBeStored() throws IOException {
        List<ChunkId> chunks = List.of(
                new ChunkId("a", Integer.MAX_VALUE),
                new ChunkId("/" + "x".repeat(ChunkId.MAX_PATH_BYTES - 1), 0),
                new ChunkId("/with space/and#number#", 1),
                new ChunkId("/\u65e5\u672c\u8a9e/\uD83D\uDE00", 2),
                new ChunkId("\\windows\\..\\path", 3));
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            put(chunks.get(chunk), 1, bytes(10, chunk));
        }

        reopen();

        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            assertThat(read(chunks.get(chunk))).isEqualTo(bytes(10, chunk));
        }
    }

    // Refusals while staging

    @Test
    void aBlockThatDoesNotMatchItsChecksumIsRefusedAndCanBeSentAgain() throws IOException {
        byte[] data = bytes(100, 1);
        StageKey key = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, key))) {
            CheckedBlock good = CheckedBlock.of(ByteBuffer.wrap(data));
            CheckedBlock bad = new CheckedBlock(ByteBuffer.wrap(bytes(100, 2)), good.crc32c());

            assertThatThrownBy(() -> staged.write(bad))
                    .isInstanceOfSatisfying(
                            ChunkServerException.Corrupt.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKSUM_MISMATCH));
            staged.write(good);
            staged.finish(100, good.crc32c());
        }
        store().publish(CHUNK, key);
        assertThat(read(CHUNK)).isEqualTo(data);
    }

    @Test
    void finishRefusesAnotherLengthOrChecksumThanTheOriginSent() throws IOException {
        byte[] data = bytes(100, 1);
        int crc = Crc32c.of(ByteBuffer.wrap(data));
        try (StagedChunk staged = store().stage(request(CHUNK, 1, newKey()))) {
            write(staged, data);

            assertThatThrownBy(() -> staged.finish(99, crc)).isInstanceOf(ChunkServerException.Corrupt.class);
            assertThatThrownBy(() -> staged.finish(100, crc ^ 1)).isInstanceOf(ChunkServerException.Corrupt.class);
        }
        assertThat(store().staged()).isEmpty();
    }

    @Test
    void onlyTheLastBlockMayBeShort() throws IOException {
        try (StagedChunk staged = store().stage(request(CHUNK, 1, newKey()))) {
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(0))))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(BLOCK + 1))))
                    .isInstanceOf(IllegalArgumentException.class);
            staged.write(CheckedBlock.of(ByteBuffer.allocate(BLOCK - 1)));
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(1))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void writingTakesTheBlockFromPositionToLimitAndLeavesTheBufferAlone() throws IOException {
        ByteBuffer data = ByteBuffer.wrap(bytes(100, 1)).position(10).limit(60).asReadOnlyBuffer();
        StageKey key = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, key))) {
            staged.write(CheckedBlock.of(data));
            staged.finish(50, Crc32c.of(data));
        }
        store().publish(CHUNK, key);

        assertThat(data.position()).isEqualTo(10);
        assertThat(data.limit()).isEqualTo(60);
        assertThat(read(CHUNK)).isEqualTo(Arrays.copyOfRange(bytes(100, 1), 10, 60));
    }

    // Discarding and deleting

    @Test
    void unfinishedVersionsAreGoneAfterReopening() throws IOException {
        StageKey key = newKey();
        try (StagedChunk staged = store().stage(request(CHUNK, 1, key))) {
            write(staged, bytes(10, 1));
        }

        reopen();

        assertThat(store().staged()).isEmpty();
        stage(request(CHUNK, 1, key), bytes(10, 1));
    }

    @Test
    void discardingRemovesAStagedVersionInAnyState() throws IOException {
        StageKey finished = newKey();
        stage(request(CHUNK, 1, finished), bytes(10, 1));
        StageKey unfinished = newKey();
        store().stage(request(CHUNK, 1, unfinished)).close();

        store().discard(CHUNK, finished);
        store().discard(CHUNK, finished);
        store().discard(CHUNK, unfinished);
        store().discard(CHUNK, newKey());

        assertThat(store().staged()).isEmpty();
        stage(request(CHUNK, 1, finished), bytes(10, 1));
    }

    @Test
    void aTombstoneHidesTheChunkAndIsListed() throws IOException {
        put(CHUNK, 1, bytes(10, 1));
        StageKey key = newKey();
        ChunkInfo tombstone = stage(tombstone(CHUNK, 2, key), new byte[0]);
        store().publish(CHUNK, key);

        reopen();

        assertThat(store().stat(CHUNK)).contains(tombstone);
        assertThat(tombstone.tombstone()).isTrue();
        assertThat(store().list("", null, 10)).containsExactly(tombstone);
        assertThat(store().verify(CHUNK)).isEqualTo(tombstone);
        assertThat(store().snapshot()).isEqualTo(new StoreSnapshot(0, 1, tombstone.storedBytes()));
        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
        assertThatThrownBy(() -> store().attributes(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
    }

    @Test
    void aTombstoneHasNoBytes() throws IOException {
        try (StagedChunk staged = store().stage(tombstone(CHUNK, 1, newKey()))) {
            assertThatThrownBy(() -> staged.write(CheckedBlock.of(ByteBuffer.allocate(1))))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void deletingRemovesThisVersionAndNoOther() throws IOException {
        ChunkInfo info = put(CHUNK, 2, bytes(10, 1)).info();

        assertThat(store().delete(CHUNK, new ChunkVersion(1))).isZero();
        assertThat(store().stat(CHUNK)).contains(info);
        assertThat(store().delete(CHUNK, new ChunkVersion(2))).isEqualTo(info.storedBytes());
        assertThat(store().delete(CHUNK, new ChunkVersion(2))).isZero();
        store().forcePublished();

        reopen();

        assertThat(store().stat(CHUNK)).isEmpty();
        assertThat(store().snapshot()).isEqualTo(new StoreSnapshot(0, 0, 0));
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertThat(store().stat(CHUNK)).isEmpty();
        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
        assertThatThrownBy(() -> store().verify(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
        assertThatThrownBy(() -> store().attributes(CHUNK)).isInstanceOf(ChunkServerException.NotFound.class);
    }

    // Reading

    @Test
    void aReaderKeepsItsVersionWhileTheChunkIsReplacedAndDeleted() throws IOException {
        put(CHUNK, 1, bytes(2 * BLOCK, 1));
        try (ChunkReader reader = store().open(CHUNK)) {
            put(CHUNK, 2, bytes(10, 2));
            assertThat(read(reader)).isEqualTo(bytes(2 * BLOCK, 1));
            store().delete(CHUNK, new ChunkVersion(2));
            assertThat(read(reader)).isEqualTo(bytes(2 * BLOCK, 1));
            assertThat(reader.info().version()).isEqualTo(new ChunkVersion(1));
        }
    }

    @Test
    void aReaderHandsOutEachBlockWithItsChecksum() throws IOException {
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
    void aReaderRefusesBlocksThatAreNotThereAndBuffersThatAreTooSmall() throws IOException {
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
    void listingPagesThroughAllVersionsInTheOrderOfTheirIds() throws IOException {
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
    void listingByPrefixFindsThePathsThatStartWithIt() throws IOException {
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
    void aPageHasRoomForAtLeastOne() {
        assertThatThrownBy(() -> store().list("", null, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    // Threads and closing

    @Test
    void readersSeeWholeVersionsWhileTheChunkIsReplaced() throws Exception {
        put(CHUNK, 1, versionBytes(1));
        int versions = 200;
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try {
            Future<Long> first = readers.submit(() -> readUntil(done));
            Future<Long> second = readers.submit(() -> readUntil(done));
            for (int version = 2; version <= versions; version++) {
                put(CHUNK, version, versionBytes(version));
            }
            done.set(true);
            assertThat(first.get(30, TimeUnit.SECONDS)).isPositive();
            assertThat(second.get(30, TimeUnit.SECONDS)).isPositive();
        } finally {
            done.set(true);
            readers.shutdownNow();
        }
    }

    private static byte[] versionBytes(long version) {
        return bytes((int) (version * 97 % 9000), version);
    }

    private long readUntil(AtomicBoolean done) throws IOException {
        long reads = 0;
        long newest = 0;
        do {
            try (ChunkReader reader = store().open(CHUNK)) {
                long version = reader.info().version().number();
                assertThat(version).as("versions do not go back").isGreaterThanOrEqualTo(newest);
                assertThat(read(reader)).isEqualTo(versionBytes(version));
                assertThat(store().stat(CHUNK).orElseThrow().version().number()).isGreaterThanOrEqualTo(version);
                newest = version;
                reads++;
            }
        } while (!done.get());
        return reads;
    }

    @Test
    void differentChunksArePublishedInParallel() throws Exception {
        int threads = 4;
        int chunksEach = 25;
        List<StageKey> keys = new ArrayList<>();
        for (int i = 0; i < threads * chunksEach; i++) {
            keys.add(newKey());
        }
        ExecutorService writers = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int from = thread * chunksEach;
                running.add(writers.submit(() -> {
                    for (int i = from; i < from + chunksEach; i++) {
                        ChunkId chunk = new ChunkId("/parallel", i);
                        stage(request(chunk, 1, keys.get(i)), bytes(i, i));
                        store().publish(chunk, keys.get(i));
                        store().forcePublished();
                    }
                    return null;
                }));
            }
            for (Future<?> writer : running) {
                writer.get(30, TimeUnit.SECONDS);
            }
        } finally {
            writers.shutdownNow();
        }
        reopen();
        for (int i = 0; i < threads * chunksEach; i++) {
            assertThat(read(new ChunkId("/parallel", i))).isEqualTo(bytes(i, i));
        }
    }

    @Test
    void closingIsIdempotentAndEndsTheWork() throws IOException {
        put(CHUNK, 1, bytes(10, 1));
        ChunkReader reader = store().open(CHUNK);
        StagedChunk staged = store().stage(request(CHUNK, 2, newKey()));

        store().close();
        store().close();

        assertThatThrownBy(() -> store().open(CHUNK)).isInstanceOf(ChunkServerException.Unavailable.class);
        assertThatThrownBy(() -> store().stage(request(CHUNK, 2, newKey())))
                .isInstanceOf(ChunkServerException.Unavailable.class);
        assertThatThrownBy(() -> reader.read(0, ByteBuffer.allocate(BLOCK))).isInstanceOf(IOException.class);
        reader.close();
        staged.close();
    }
}
