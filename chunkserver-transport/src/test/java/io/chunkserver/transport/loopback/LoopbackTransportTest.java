package io.chunkserver.transport.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.TransportContract;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The transport's contract inside one JVM. */
class LoopbackTransportTest extends TransportContract {

    private final ExecutorService executor = Executors.newFixedThreadPool(3);
    private final LoopbackNetwork network = new LoopbackNetwork(executor);

    @Override
    protected Transport open() {
        return new LoopbackTransport(network);
    }

    @Override
    protected ServerAddress anyPort() {
        return new ServerAddress("server", 0);
    }

    @Override
    protected void assertNothingHeld(List<Transport> closed) {
        for (Transport transport : closed) {
            LoopbackTransport loopback = (LoopbackTransport) transport;
            assertThat(network.listenersOf(loopback)).isEmpty();
            await().untilAsserted(() -> assertThat(network.linksOf(loopback)).isEmpty());
        }
        executor.shutdown();
    }
}
