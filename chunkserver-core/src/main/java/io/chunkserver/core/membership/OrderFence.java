package io.chunkserver.core.membership;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The newest epoch of a leading master that a server has seen. Orders and placements of an older one are refused: it was replaced, and
 * does not know it yet. What was taken before stays taken. Thread-safe.
 *
 * <p>It starts anew with the server and is not on disk. A server that learns its masters from a registry is told the epoch of the leader
 * before it speaks to any master, by a read that is not older than its own registration; a leader that was replaced before the server
 * started is therefore refused from the first message on. Where masters are named by hand, the first answer of the newer leader
 * closes the fence. Even a stale order loses nothing, since keepers are asked before a copy goes.
 */
public final class OrderFence {

    private final AtomicLong newest = new AtomicLong();

    /** Remembers an epoch, if it is the newest. */
    public void saw(long epoch) {
        newest.accumulateAndGet(epoch, Math::max);
    }

    /**
     * Whether what this answer orders may be done. An answer without a claim to lead and without orders always may.
     *
     * <p>Once an elected master was seen, the orders of one that was not elected are refused as well.
     */
    public boolean admits(HeartbeatReply reply) {
        boolean claims = reply.epoch() > 0 || !reply.orders().isEmpty();
        return !claims || isNewest(reply.epoch());
    }

    /** Whether a store may go where a master says. One that does not tell its epoch always may be followed: those of before do not. */
    public boolean admits(ChunkCopies placement) {
        return placement.epoch() == 0 || isNewest(placement.epoch());
    }

    /** Whether a store may go where the leader of this epoch has said to a client, whose word is nothing that the fence goes by. */
    public boolean admitsPlacement(long epoch) {
        return epoch == 0 || epoch >= newest.get();
    }

    private boolean isNewest(long epoch) {
        return epoch >= newest.accumulateAndGet(epoch, Math::max);
    }
}
