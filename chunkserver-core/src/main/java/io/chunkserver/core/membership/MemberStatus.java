package io.chunkserver.core.membership;

import org.jspecify.annotations.Nullable;

/**
 * A server as a master sees it.
 *
 * @param registration  how it presented itself
 * @param liveness      whether heartbeats come
 * @param lastHeartbeat the last of them; null before the first
 * @param copies        chunks of which it has reported a version, deleted ones left out
 * @param tombstones    deleted chunks that it remembers as such
 * @param openOrders    orders given to it whose result was not reported yet
 */
public record MemberStatus(
        Registration registration,
        Liveness liveness,
        @Nullable Heartbeat lastHeartbeat,
        long copies,
        long tombstones,
        int openOrders) {

    public MemberStatus {
        if (copies < 0 || tombstones < 0 || openOrders < 0) {
            throw new IllegalArgumentException("status of server "
                    + registration.server().id() + " with " + copies + " copies, " + tombstones + " tombstones and "
                    + openOrders + " orders cannot be");
        }
    }

    /** Whether a server's heartbeats come. */
    public enum Liveness {
        /** They come. */
        LIVE,
        /** Some are missing: it is given no new chunks, and is read from last. */
        SUSPECT,
        /** So many are missing that its copies are made anew elsewhere. */
        DEAD
    }
}
