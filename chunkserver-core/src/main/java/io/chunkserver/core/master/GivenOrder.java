package io.chunkserver.core.master;

import io.chunkserver.core.membership.Order;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An order that waits for the target's next heartbeat, or was given to it and is not confirmed. Every one is an object of its own, also
 * where two say the same.
 */
final class GivenOrder {

    private final Chunk chunk;
    private final ClusterMember target;
    private final Order order;
    private final List<ClusterMember> named;
    private final long bytes;

    /**
     * An order.
     *
     * @param named the servers that the order names, in its order: the sources of a copy, the keepers at a removal
     * @param bytes what following it takes of the target's space
     */
    GivenOrder(Chunk chunk, ClusterMember target, Order order, List<ClusterMember> named, long bytes) {
        this.chunk = chunk;
        this.target = target;
        this.order = order;
        this.named = List.copyOf(named);
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

    /** The servers that the order names. */
    List<ClusterMember> named() {
        return named;
    }

    /** The server that the bytes are to come from first; null for a removal. */
    @Nullable
    ClusterMember source() {
        return isCopy() ? named.get(0) : null;
    }

    long bytes() {
        return bytes;
    }

    boolean isCopy() {
        return order instanceof Order.Copy;
    }
}
