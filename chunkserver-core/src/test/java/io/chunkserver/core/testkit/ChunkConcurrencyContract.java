package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.StoreSubject.bytes;
import static io.chunkserver.core.testkit.StoreSubject.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.ChunkStore;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.store.StagedChunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a {@link ChunkStore} promises many threads, and whoever closes it; part of {@link ChunkStoreContract}. */
interface ChunkConcurrencyContract extends StoreSubject {

    @Test
    default void readersSeeWholeVersionsWhileTheChunkIsReplaced() throws Exception {
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
                assertThat(StoreSubject.read(reader)).isEqualTo(versionBytes(version));
                assertThat(store().stat(CHUNK).orElseThrow().version().number()).isGreaterThanOrEqualTo(version);
                newest = version;
                reads++;
            }
        } while (!done.get());
        return reads;
    }

    @Test
    default void differentChunksArePublishedInParallel() throws Exception {
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
    default void closingIsIdempotentAndEndsTheWork() throws IOException {
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
