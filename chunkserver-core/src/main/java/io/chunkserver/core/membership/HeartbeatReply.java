package io.chunkserver.core.membership;

import java.util.List;

/**
 * A master's answer to a heartbeat.
 *
 * @param registered false when the master does not know this run of the server: it has to register and to report anew
 * @param epoch      that of the master's leadership, by which servers tell the orders of an older leader; 0 when it does not lead, or was
 *                   not elected
 * @param orders     what it is to do, the most urgent first; at most {@value #MAX_ORDERS}
 */
public record HeartbeatReply(boolean registered, long epoch, List<Order> orders) {

    /** The most orders in one reply. */
    public static final int MAX_ORDERS = 64;

    /** The answer to a server that is not known, or not any more. */
    public static final HeartbeatReply UNKNOWN = new HeartbeatReply(false, 0, List.of());

    /** The answer of a master that was not elected. */
    public HeartbeatReply(boolean registered, List<Order> orders) {
        this(registered, 0, orders);
    }

    public HeartbeatReply {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch " + epoch + " is below 0");
        }
        orders = List.copyOf(orders);
        if (orders.size() > MAX_ORDERS) {
            throw new IllegalArgumentException(
                    orders.size() + " orders in one reply; at most " + MAX_ORDERS + " are allowed");
        }
        if (!registered && !orders.isEmpty()) {
            throw new IllegalArgumentException("a server that is not registered is given no orders");
        }
    }
}
