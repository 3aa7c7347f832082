package io.chunkserver.transport.client;

import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.PeerRole;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A client's pool of connections to one scripted server, on a network that moves when the test says so. */
abstract class ClientOnSteppedNetwork {

    static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Long enough for all frames to be delivered before a timer that is set to it. */
    static final Duration SHORT = Duration.ofMillis(500);

    final SteppedNetwork network = new SteppedNetwork();
    final ScriptedServer server = new ScriptedServer(network.transport(), new ServerAddress("server", 1), "one");
    final Timers timers = Timers.start("test-timer");
    final ConnectionPool pool =
            new ConnectionPool(network.transport(), PeerRole.CLIENT, PATIENCE, PoolConfig.DEFAULT, timers);

    @AfterEach
    final void close() {
        pool.close();
        timers.close();
    }
}
