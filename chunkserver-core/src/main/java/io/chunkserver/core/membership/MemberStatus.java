package io.chunkserver.core.membership;

import org.jspecify.annotations.Nullable;

/**
 * A server as a master sees it.
 *
 * @param registration  how it presented itself
 * @param liveness      whether heartbeats come
 * @param lastHeartbeat the last of them; null before the first
 * @param copies        chunks that it has reported, tombstones included
 * @param openOrders    orders given to it whose result was not reported yet
 */
public record MemberStatus(
        Registration registration,
        Liveness liveness,
        @Nullable Heartbeat lastHeartbeat,
        long copies,
        int openOrders) {

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
