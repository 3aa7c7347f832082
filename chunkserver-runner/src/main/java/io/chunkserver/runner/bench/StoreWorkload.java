package io.chunkserver.runner.bench;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.StoreOptions;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Stores one new chunk after the other. They stay: on some file systems creating files is slow for a long time after many were
 * deleted.
 */
public final class StoreWorkload implements Workload {

    private final ChunkClient client;
    private final ServerAddress primary;
    private final StoreOptions options;
    private final String prefix;
    private final ChunkSource source;
    private final AtomicLong stored = new AtomicLong();
    private final AtomicReference<@Nullable Receipt> last = new AtomicReference<>();

    /**
     * @param prefix of the chunks' paths; a number follows
     */
    public StoreWorkload(
            ChunkClient client, ServerAddress primary, StoreOptions options, String prefix, long chunkBytes) {
        this.client = client;
        this.primary = primary;
        this.options = options;
        this.prefix = prefix;
        this.source = ChunkSource.of(chunkBytes, () -> new RepeatedBytes(chunkBytes));
    }

    /** What the servers guarantee for each store; stores a chunk to learn it when none was stored yet. */
    public Durability durability() throws IOException {
        Receipt known = last.get();
        return (known != null ? known : storeOne()).durability();
    }

    private Receipt storeOne() throws IOException {
        Receipt receipt = client.store(primary, new ChunkId(prefix + stored.incrementAndGet(), 0), source, options);
        last.set(receipt);
        return receipt;
    }

    @Override
    public Worker worker(int index) {
        return new Worker() {
            @Override
            public long operate() throws IOException {
                storeOne();
                return source.maxLengthBytes();
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
