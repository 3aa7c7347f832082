package io.chunkserver.core.master;

import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The orders that wait for a heartbeat or were given and are not confirmed. Bounded per server, as target and as first source. Guarded
 * by the master's lock.
 */
final class OrderBook {

    /**
     * Heartbeats in a row with fewer open orders than were given after which some of them are taken to have failed, or never to have arrived:
     * in the first one the last answer may have been on its way, in the second the report of what was done.
     */
    private static final int UNACCOUNTED_HEARTBEATS = 3;

    private final MasterConfig config;

    OrderBook(MasterConfig config) {
        this.config = config;
    }

    boolean hasRoomFor(ClusterMember target) {
        return target.waiting.size() < config.ordersPerServer();
    }

    boolean mayBeSource(ClusterMember source) {
        return source.sourceOf < 2 * config.ordersPerServer();
    }

    /** Lets an order wait for the target's next heartbeat. */
    void add(GivenOrder order) {
        order.target().waiting.add(order);
        order.target().orderedBytes += order.bytes();
        ClusterMember source = order.source();
        if (source != null) {
            source.sourceOf++;
        }
        List<GivenOrder> orders = new ArrayList<>(order.chunk().orders);
        orders.add(order);
        order.chunk().orders = List.copyOf(orders);
    }

    /**
     * The orders for the answer to a heartbeat, as many as the target may have open.
     *
     * @param now     the tick
     * @param valid   whether an order still makes sense; others are dropped
     * @param dropped is told the chunks of those
     */
    List<Order> give(ClusterMember target, int now, Predicate<GivenOrder> valid, Consumer<Chunk> dropped) {
        target.unaccounted = target.given.size() > target.openOrders() ? target.unaccounted + 1 : 0;
        int open = Math.max(target.given.size(), target.openOrders());
        List<Order> orders = new ArrayList<>();
        while (open + orders.size() < config.ordersPerServer() && !target.waiting.isEmpty()) {
            GivenOrder next = target.waiting.remove();
            if (valid.test(next)) {
                if (target.given.isEmpty()) {
                    target.progressAt = now;
                }
                target.given.add(next);
                orders.add(next.order());
            } else {
                settle(next);
                dropped.accept(next.chunk());
            }
        }
        return orders;
    }

    /** Ends the order about a chunk that a server's report has answered, if it has. */
    void confirm(Chunk chunk, ClusterMember target, @Nullable ChunkInfo here, int now) {
        GivenOrder open = chunk.orderOf(target);
        if (open != null && isFollowed(open.order(), here)) {
            target.progressAt = now;
            end(open);
        }
    }

    private static boolean isFollowed(Order order, @Nullable ChunkInfo here) {
        if (order instanceof Order.Copy) {
            return here != null && here.version().compareTo(order.version()) >= 0;
        }
        return here == null || !here.version().equals(order.version());
    }

    /** Takes back the orders about a chunk that were not given yet. */
    void withdraw(Chunk chunk) {
        chunk.orders.stream()
                .filter(order -> !order.target().given.contains(order))
                .forEach(this::end);
    }

    /** Ends all orders to a server that is gone; the chunks they were about. */
    List<Chunk> endAll(ClusterMember target) {
        List<GivenOrder> orders = new ArrayList<>(target.given);
        orders.addAll(target.waiting);
        orders.forEach(this::end);
        return orders.stream().map(GivenOrder::chunk).toList();
    }

    /**
     * Ends the orders given to a server that has shown no progress for too long, or that has fewer open than it was given: nobody says which of
     * them those are, and one that is given again while it is under way is dropped there. The chunks they were about.
     */
    List<Chunk> endLost(ClusterMember target, int now) {
        boolean late = now - target.progressAt >= config.orderPatience();
        if (target.given.isEmpty() || (!late && target.unaccounted < UNACCOUNTED_HEARTBEATS)) {
            return List.of();
        }
        target.unaccounted = 0;
        List<GivenOrder> lost = List.copyOf(target.given);
        lost.forEach(this::end);
        return lost.stream().map(GivenOrder::chunk).toList();
    }

    private void end(GivenOrder order) {
        order.target().given.remove(order);
        order.target().waiting.remove(order);
        settle(order);
    }

    private static void settle(GivenOrder order) {
        order.target().orderedBytes -= order.bytes();
        ClusterMember source = order.source();
        if (source != null) {
            source.sourceOf--;
        }
        order.chunk().orders =
                order.chunk().orders.stream().filter(other -> other != order).toList();
    }
}
