package io.chunkserver.transport.client;

import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import java.util.concurrent.ForkJoinPool;

/** Reads on a queue over connections with threads of their own. */
class LoopbackReadConnectionTest extends ReadConnectionContract {

    private static final LoopbackNetwork NETWORK = new LoopbackNetwork(ForkJoinPool.commonPool());

    @Override
    Transport newTransport() {
        return new LoopbackTransport(NETWORK);
    }

    @Override
    ServerAddress anyPort() {
        return new ServerAddress("server", 0);
    }
}
