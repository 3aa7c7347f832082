package io.chunkserver.core.master;

import io.chunkserver.core.membership.Order;
import org.jspecify.annotations.Nullable;

/**
 * An order that waits for the target's next heartbeat, or was given to it and is not confirmed. Every one is an object of its own, also
 * where two say the same.
 */
final class GivenOrder {

    private final Chunk chunk;
    private final ClusterMember target;
    private final Order order;
    private final @Nullable ClusterMember source;
    private final long bytes;

    /**
     * An order.
     *
     * @param source the first of the servers that the bytes may come from; null for a removal
     * @param bytes  what following it takes of the target's space
     */
    GivenOrder(Chunk chunk, ClusterMember target, Order order, @Nullable ClusterMember source, long bytes) {
        this.chunk = chunk;
        this.target = target;
        this.order = order;
        this.source = source;
        this.bytes = bytes;
    }

    Chunk chunk() {
        return chunk;
    }

    ClusterMember target() {
        return target;
    }

    Order order() {
        return order;
    }

    @Nullable
    ClusterMember source() {
        return source;
    }

    long bytes() {
        return bytes;
    }

    boolean isCopy() {
        return order instanceof Order.Copy;
    }
}
