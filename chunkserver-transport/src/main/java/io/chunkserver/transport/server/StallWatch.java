package io.chunkserver.transport.server;

import java.time.Duration;

/**
 * Finds out that a peer has not gone on for a stall timeout though it was its turn, by being asked again and again how far it is. For one
 * thread.
 */
final class StallWatch {

    private static final int LOOKS_PER_TIMEOUT = 4;

    private long progressBefore;
    private int idleLooks;

    /** How often to look. */
    static Duration period(Duration stallTimeout) {
        return stallTimeout.dividedBy(LOOKS_PER_TIMEOUT);
    }

    /**
     * Looks.
     *
     * @param peersTurn whether the peer could go on
     * @param progress  changes whenever it does
     * @return for how many stall timeouts, rounded down, it was its turn and it did not
     */
    int look(boolean peersTurn, long progress) {
        boolean idle = peersTurn && progress == progressBefore;
        progressBefore = progress;
        idleLooks = idle ? idleLooks + 1 : 0;
        // At the first idle look the turn may have come a moment ago.
        return Math.max(0, idleLooks - 1) / LOOKS_PER_TIMEOUT;
    }
}
