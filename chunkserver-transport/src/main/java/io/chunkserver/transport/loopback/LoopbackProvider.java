package io.chunkserver.transport.loopback;

import io.chunkserver.transport.Transport;
import io.chunkserver.transport.TransportProvider;
import java.util.concurrent.ForkJoinPool;

/** Transports that all meet in one network, the JVM's own. */
public final class LoopbackProvider implements TransportProvider {

    private static final LoopbackNetwork JVM = new LoopbackNetwork(ForkJoinPool.commonPool());

    @Override
    public String name() {
        return LoopbackTransport.NAME;
    }

    @Override
    public Transport create() {
        return new LoopbackTransport(JVM);
    }
}
