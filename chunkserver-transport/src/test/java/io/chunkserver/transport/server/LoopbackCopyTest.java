package io.chunkserver.transport.server;

import io.chunkserver.transport.Transport;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import java.util.concurrent.ForkJoinPool;

class LoopbackCopyTest extends CopyContract {

    private final LoopbackNetwork network = new LoopbackNetwork(ForkJoinPool.commonPool());

    @Override
    Transport newTransport() {
        return new LoopbackTransport(network);
    }
}
