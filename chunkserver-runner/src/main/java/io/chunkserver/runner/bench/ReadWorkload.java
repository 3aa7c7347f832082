package io.chunkserver.runner.bench;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.StoreOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Reads chunks, whole or a range at a random place, verified, and throws the bytes away. */
public final class ReadWorkload implements Workload {

    private final ChunkClient client;
    private final ServerAddress server;
    private final List<ChunkId> chunks;
    private final long chunkBytes;
    private final long readBytes;

    /**
     * @param chunks     all of {@code chunkBytes} bytes
     * @param readBytes  how much one read asks for; at most {@code chunkBytes}, which is all
     */
    public ReadWorkload(
            ChunkClient client, ServerAddress server, List<ChunkId> chunks, long chunkBytes, long readBytes) {
        this.client = client;
        this.server = server;
        this.chunks = List.copyOf(chunks);
        this.chunkBytes = chunkBytes;
        this.readBytes = readBytes;
    }

    /**
     * Stores what is to be read, unless an earlier run has.
     *
     * @return their ids
     */
    public static List<ChunkId> prepare(
            ChunkClient client, ServerAddress primary, StoreOptions options, int count, long chunkBytes)
            throws IOException {
        List<ChunkId> chunks = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            ChunkId chunk = new ChunkId("bench/read-" + chunkBytes + "/" + number, 0);
            if (!isThere(client, primary, chunk, chunkBytes)) {
                client.store(primary, chunk, ChunkSource.of(chunkBytes, () -> new RepeatedBytes(chunkBytes)), options);
            }
            chunks.add(chunk);
        }
        return chunks;
    }

    private static boolean isThere(ChunkClient client, ServerAddress server, ChunkId chunk, long chunkBytes)
            throws IOException {
        try {
            return client.stat(server, chunk).info().lengthBytes() == chunkBytes;
        } catch (ChunkServerException e) {
            if (e.code() == ErrorCode.CHUNK_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public Worker worker(int index) {
        SplittableRandom random = new SplittableRandom(index);
        return new Worker() {
            private int next = index;

            @Override
            public long operate() throws IOException {
                ChunkId chunk = chunks.get(next % chunks.size());
                next++;
                long places = chunkBytes / readBytes;
                long offset = places < 2 ? 0 : random.nextLong(places) * readBytes;
                client.read(server, chunk, ReadOptions.range(offset, readBytes), OutputStream.nullOutputStream());
                return readBytes;
            }

            @Override
            public void close() {
                // The client is its owner's.
            }
        };
    }

    @Override
    public void close() {
        // The client is its owner's.
    }
}
