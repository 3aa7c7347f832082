package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.RetryConfig;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointObserverTest {

    private static final ChunkId CHUNK = ChunkId.parse("a#0");
    private static final byte[] BYTES = new byte[100_000];

    private final Counts counts = new Counts();
    private final Transport transport = new LoopbackTransport(new LoopbackNetwork(ForkJoinPool.commonPool()));
    private ChunkServer server;
    private ServerEndpoint endpoint;
    private ChunkClient client;

    private record Answered(
            Class<? extends Request> kind, @Nullable ErrorCode failure) {}

    private static final class Counts implements EndpointObserver {

        private final AtomicInteger connections = new AtomicInteger();
        private final AtomicInteger ever = new AtomicInteger();
        private final AtomicInteger receivedBytes = new AtomicInteger();
        private final AtomicInteger sentBytes = new AtomicInteger();
        private final List<Answered> answers = new CopyOnWriteArrayList<>();

        @Override
        public void connected() {
            connections.incrementAndGet();
            ever.incrementAndGet();
        }

        @Override
        public void disconnected() {
            connections.decrementAndGet();
        }

        @Override
        public void answered(Request request, @Nullable ErrorCode failure, Duration took) {
            assertThat(took).isBetween(Duration.ZERO, Duration.ofMinutes(1));
            answers.add(new Answered(request.getClass(), failure));
        }

        @Override
        public void received(int bytes) {
            receivedBytes.addAndGet(bytes);
        }

        @Override
        public void sent(int bytes) {
            sentBytes.addAndGet(bytes);
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = ChunkServer.builder(new MemoryDisk())
                .serverId(new ServerId("a"))
                .start();
        endpoint = ServerEndpoint.open(
                server, transport, new ServerAddress("a", 1), null, EndpointConfig.DEFAULT.withMaxTransfers(1), counts);
        client = new ChunkClient(transport, ClientConfig.DEFAULT.withRetries(RetryConfig.NONE));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        endpoint.close();
        server.close();
        transport.close();
        // The ends of connections are told by the network's own threads.
        await().untilAsserted(() -> assertThat(counts.connections).hasValue(0));
        assertThat(counts.ever).hasPositiveValue();
    }

    private void store() throws IOException {
        client.store(endpoint.address(), CHUNK, ChunkSource.of(BYTES), StoreOptions.DEFAULT);
    }

    private void read() throws IOException {
        client.read(endpoint.address(), CHUNK, ReadOptions.ALL, OutputStream.nullOutputStream());
    }

    @Test
    void whatWasAnsweredIsCountedOnceWithItsBytes() throws IOException {
        store();
        read();
        assertThat(counts.answers)
                .containsExactly(new Answered(Request.Store.class, null), new Answered(Request.Read.class, null));
        assertThat(counts.receivedBytes).hasValue(BYTES.length);
        assertThat(counts.sentBytes).hasValue(BYTES.length);
    }

    @Test
    void aFailureIsCountedWithWhatTheClientIsTold() {
        assertThatThrownBy(this::read).hasMessageContaining("a#0");
        assertThat(counts.answers).containsExactly(new Answered(Request.Read.class, ErrorCode.CHUNK_NOT_FOUND));
    }

    @Test
    void whoeverIsTurnedAwayOrGoesAwayIsCounted() throws Exception {
        try (RawPeer peer = RawPeer.greet(transport, endpoint.address())) {
            peer.send(Messages.request(
                    1,
                    new Request.Store(
                            TransactionId.parse("client:1:1"),
                            CHUNK,
                            5,
                            null,
                            Attributes.NONE,
                            null,
                            List.of(),
                            null,
                            Duration.ofMinutes(1),
                            false,
                            0)));
            await().untilAsserted(() -> assertThatThrownBy(this::read).hasMessageContaining("under way already"));
            assertThat(counts.answers)
                    .contains(new Answered(Request.Read.class, ErrorCode.OVERLOADED))
                    .doesNotContain(new Answered(Request.Store.class, ErrorCode.CANCELLED));
        }
        await().untilAsserted(() ->
                assertThat(counts.answers).containsOnlyOnce(new Answered(Request.Store.class, ErrorCode.CANCELLED)));
    }

    @Test
    void theStatusIsThatWhichClientsAreTold() throws IOException {
        store();
        assertThat(endpoint.status())
                .usingRecursiveComparison()
                .ignoringFields("uptime", "space.freeBytes", "space.availableBytes")
                .isEqualTo(client.status(endpoint.address()));
    }
}
