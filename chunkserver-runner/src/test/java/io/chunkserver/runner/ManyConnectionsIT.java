package io.chunkserver.runner;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.Transports;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with a small heap and a thousand clients (guarantee R2). */
class ManyConnectionsIT {

    private static final int CONNECTIONS = 1000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ChunkId CHUNK = ChunkId.parse("small#0");

    /** Heap and what is outside it, which the virtual machine bounds by as much, and the machine itself. */
    private static final long MOST_RESIDENT_BYTES = 512L << 20;

    @TempDir
    private Path directory;

    private final Semaphore hellos = new Semaphore(0);
    private final Semaphore answers = new Semaphore(0);
    private final AtomicInteger others = new AtomicInteger();

    @Test
    void aThousandConnectionsAreServedFromASmallHeap() throws Exception {
        try (ServerProcess server = ServerProcess.startWithHeap("256m", directory);
                Transport transport = Transports.named("tcp");
                ChunkClient client = new ChunkClient(transport, ClientConfig.DEFAULT)) {
            ServerAddress address = ServerAddress.parse(server.address());
            client.store(address, CHUNK, ChunkSource.of(new byte[] {1, 2, 3}), StoreOptions.DEFAULT);
            List<Connection> connections = new ArrayList<>();
            for (int number = 0; number < CONNECTIONS; number++) {
                Connection connection = transport
                        .connect(address, PATIENCE, opened -> new CountingReceiver())
                        .toCompletableFuture()
                        .get();
                connection.send(Messages.hello(ClientHello.of(PeerRole.CLIENT, "many/1")));
                connections.add(connection);
            }
            assertThat(hellos.tryAcquire(CONNECTIONS, PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("all are greeted")
                    .isTrue();
            long idle = server.peakResidentBytes().orElse(0);

            for (Connection connection : connections) {
                connection.send(Messages.request(1, new Request.Stat(CHUNK, PATIENCE)));
            }
            assertThat(answers.tryAcquire(CONNECTIONS, PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as("all are answered")
                    .isTrue();
            assertThat(others).as("refusals and connections that ended").hasValue(0);
            assertThat(client.stat(address, CHUNK).info().lengthBytes()).isEqualTo(3);
            long busy = server.peakResidentBytes().orElse(0);
            assertThat(busy).isLessThan(MOST_RESIDENT_BYTES);
            System.out.printf(
                    "%d connections: peak resident %d MiB idle, %d MiB after a request each%n",
                    CONNECTIONS, idle >> 20, busy >> 20);
        }
    }

    private final class CountingReceiver implements FrameReceiver {

        private boolean answered;

        @Override
        public void receive(Frame frame) {
            if (frame.type() == FrameType.HELLO) {
                hellos.release();
            } else if (frame.type() == FrameType.RESPONSE) {
                answered = true;
                answers.release();
            } else {
                others.incrementAndGet();
            }
            frame.release().run();
        }

        @Override
        public void closed(Throwable cause) {
            // In the end all are closed.
            if (!answered) {
                others.incrementAndGet();
            }
        }
    }
}
