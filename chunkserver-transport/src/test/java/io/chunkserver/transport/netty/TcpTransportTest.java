package io.chunkserver.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.TransportContract;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;

/** The transport's contract over TCP, as the machine does it best. */
class TcpTransportTest extends TransportContract {

    @BeforeAll
    static void watchEveryBuffer() {
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    }

    @Override
    protected Transport open() {
        return new TcpTransport(TcpTransportConfig.DEFAULT);
    }

    @Override
    protected ServerAddress anyPort() {
        return new ServerAddress("127.0.0.1", 0);
    }

    @Override
    protected void assertNothingHeld(List<Transport> closed) {
        for (Transport transport : closed) {
            assertThat(((TcpTransport) transport).bytesInUse())
                    .as("pooled bytes in use")
                    .isZero();
            assertThat(((TcpTransport) transport).blockingConnections())
                    .as("sockets of threads that wait")
                    .isZero();
        }
        // The threads of host lookups end a moment after they were told to.
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith(IoThreads.PREFIX)));
    }
}
