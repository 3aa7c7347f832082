package io.chunkserver.transport.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.transport.Connection;

/** Holds a connection's reading off as long as anybody has a reason. Safe for many threads. */
final class ReadingGate {

    private final Connection connection;

    @GuardedBy("this")
    private int reasons;

    ReadingGate(Connection connection) {
        this.connection = connection;
    }

    // The connection is told under the lock: in any other order a late "on" could outrun an "off".

    synchronized void hold() {
        reasons++;
        if (reasons == 1) {
            connection.setReading(false);
        }
    }

    /** Whether nobody has a reason. */
    synchronized boolean isOpen() {
        return reasons == 0;
    }

    synchronized void release() {
        reasons--;
        if (reasons == 0) {
            connection.setReading(true);
        }
    }
}
