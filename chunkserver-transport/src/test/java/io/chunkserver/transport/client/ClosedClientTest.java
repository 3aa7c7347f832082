package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever calls a client that is closed, or waits for its next try when it is closed, is answered. */
@Timeout(60)
class ClosedClientTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");

    /** Longer than a test may take. */
    private static final Duration LONG = Duration.ofMinutes(9);

    private final LoopbackNetwork network = new LoopbackNetwork(ForkJoinPool.commonPool());
    private final LoopbackTransport atServer = new LoopbackTransport(network);
    private final LoopbackTransport atClient = new LoopbackTransport(network);
    private final ScriptedServer server = new ScriptedServer(atServer, new ServerAddress("server", 1), "scripted");
    private final LongDelays random = new LongDelays();
    private final ChunkClient client = new ChunkClient(
            atClient,
            ClientConfig.DEFAULT
                    .withRequestTimeout(LONG)
                    .withTransferTimeout(LONG)
                    .withRetries(new RetryConfig(5, LONG, LONG)),
            InstantSource.system(),
            random);

    /** Draws delays of half that time, and tells when the first one is drawn, after the two halves of the client's name. */
    private static final class LongDelays implements RandomGenerator {

        private final AtomicInteger draws = new AtomicInteger();
        private final CompletableFuture<Void> firstDelay = new CompletableFuture<>();

        @Override
        public long nextLong() {
            if (draws.incrementAndGet() > 2) {
                firstDelay.complete(null);
            }
            return 1;
        }

        @Override
        public long nextLong(long bound) {
            nextLong();
            return bound / 2;
        }
    }

    @AfterEach
    void close() {
        client.close();
        atClient.close();
        atServer.close();
    }

    private Map<String, ThrowingCallable> calls() {
        ServerAddress address = server.address();
        StoreOptions options = StoreOptions.DEFAULT.withTimeout(LONG);
        return Map.of(
                "status", () -> client.status(address),
                "stat", () -> client.stat(address, CHUNK),
                "read", () -> client.read(address, CHUNK, ReadOptions.ALL, OutputStream.nullOutputStream()),
                "store", () -> client.store(address, CHUNK, ChunkSource.of(new byte[10]), options),
                "delete", () -> client.delete(address, CHUNK, options));
    }

    /** How a call ends, made on a thread that may be left behind when it does not. */
    private static Future<Throwable> end(ThrowingCallable call) {
        return CompletableFuture.supplyAsync(() -> catchThrowable(call), task -> {
            Thread caller = new Thread(task, "caller");
            caller.setDaemon(true);
            caller.start();
        });
    }

    @Test
    void aCallAfterTheEndFailsAndSaysWhy() throws Exception {
        client.close();
        for (Map.Entry<String, ThrowingCallable> call : calls().entrySet()) {
            assertThat(end(call.getValue()).get())
                    .as(call.getKey())
                    .isInstanceOfSatisfying(
                            ChunkServerException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNREACHABLE))
                    .hasMessageContaining("server:1")
                    .hasMessageContaining("the client is closed");
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aCallThatWaitsForItsNextTryEndsWithTheClient() throws Exception {
        server.then(Script.refuse(ErrorCode.BUSY));
        Future<Throwable> ended = end(calls().get("store"));
        random.firstDelay.get();
        client.close();
        assertThat(ended.get()).isInstanceOf(ChunkServerException.class);
        assertThat(server.requests()).hasSize(1);
    }
}
