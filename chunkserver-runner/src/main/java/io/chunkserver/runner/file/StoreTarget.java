package io.chunkserver.runner.file;

import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.Durability;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.StoreOptions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where chunks go, and how safely.
 *
 * @param primary    the server that coordinates
 * @param replicas   the others
 * @param durability null for what the primary is configured to
 * @param timeout    for each chunk
 */
public record StoreTarget(
        ServerAddress primary,
        List<ServerAddress> replicas,
        @Nullable Durability durability,
        Duration timeout) {

    public StoreTarget {
        replicas = List.copyOf(replicas);
    }

    /** The options of one store or delete. */
    public StoreOptions options(Attributes attributes) {
        return new StoreOptions(replicas, durability, null, attributes, timeout, null);
    }
}
