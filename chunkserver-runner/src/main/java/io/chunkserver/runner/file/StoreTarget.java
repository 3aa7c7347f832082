package io.chunkserver.runner.file;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.StoreOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where chunks go, and how safely. As {@link ChunkWriters}: these servers, for every chunk; the primary is read from.
 *
 * @param primary    the server that coordinates
 * @param replicas   the others
 * @param copies     on how many servers, when the primary chooses the others with its master; null when they are named here
 * @param durability null for what the primary is configured to
 * @param timeout    for each chunk
 * @param placed     a master has named these servers for this store, be it the primary alone
 * @param placementEpoch of the master that named the servers; 0 when the caller did
 */
public record StoreTarget(
        ServerAddress primary,
        List<ServerAddress> replicas,
        @Nullable Integer copies,
        @Nullable Durability durability,
        Duration timeout,
        boolean placed,
        long placementEpoch)
        implements ChunkWriters {

    public StoreTarget {
        replicas = List.copyOf(replicas);
    }

    /** The same servers whichever master leads, for chunks that nobody else stores. */
    public StoreTarget forGood() {
        return new StoreTarget(primary, replicas, copies, durability, timeout, placed, 0);
    }

    /** The options of one store or delete. */
    public StoreOptions options(Attributes attributes) {
        return new StoreOptions(replicas, copies, durability, null, attributes, timeout, null, placed, placementEpoch);
    }

    @Override
    public <T> T write(ChunkId chunk, long maxLengthBytes, Change<T> change) throws IOException {
        return change.apply(this);
    }

    @Override
    public <T> T read(ChunkId chunk, Question<T> question) throws IOException {
        return question.ask(primary);
    }
}
