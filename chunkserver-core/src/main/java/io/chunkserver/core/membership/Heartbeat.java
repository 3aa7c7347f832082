package io.chunkserver.core.membership;

import io.chunkserver.core.model.Location;
import io.chunkserver.core.space.SpaceSnapshot;

/**
 * A server says that it lives, and how it is. Its size does not depend on the number of chunks.
 *
 * @param server           which run of which server
 * @param location         where it stands, confirmed each time
 * @param state            whether it takes new chunks
 * @param reason           why not; empty when it does
 * @param space            its space in bytes
 * @param openTransactions transactions that are not over there
 * @param inDoubt          those of them whose decision it waits for
 * @param openOrders       orders that it has taken and not ended: a master gives more only when there are few
 */
public record Heartbeat(
        Incarnation server,
        Location location,
        ServerState state,
        String reason,
        SpaceSnapshot space,
        int openTransactions,
        int inDoubt,
        int openOrders) {

    /** The longest reason, in characters; a longer one is cut. */
    public static final int MAX_REASON_CHARACTERS = 1024;

    public Heartbeat {
        if (openTransactions < 0 || inDoubt < 0 || openOrders < 0) {
            throw new IllegalArgumentException("heartbeat of server " + server.id() + " with " + openTransactions
                    + " open transactions, " + inDoubt + " in doubt and " + openOrders + " orders cannot be");
        }
        if (reason.length() > MAX_REASON_CHARACTERS) {
            reason = reason.substring(0, MAX_REASON_CHARACTERS);
        }
    }
}
