package io.chunkserver.transport.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** Bounds the blocks of one exchange that are in memory: at the limit the connection hands on no more, until half of it is done. */
final class ReceiveWindow {

    private final ReadingGate gate;
    private final int limit;

    @GuardedBy("this")
    private int blocks;

    @GuardedBy("this")
    private boolean full;

    ReceiveWindow(ReadingGate gate, int limit) {
        this.gate = gate;
        this.limit = limit;
    }

    synchronized void taken() {
        blocks++;
        if (!full && blocks >= limit) {
            full = true;
            gate.hold();
        }
    }

    synchronized void done() {
        blocks--;
        if (full && blocks <= limit / 2) {
            full = false;
            gate.release();
        }
    }
}
