package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.replication.Replica;
import io.chunkserver.core.testkit.GatheringSink;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.testkit.Cluster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one server can ask another beside transactions, whatever carries their frames: does it hold a version, and a copy of it. */
abstract class CopyContract {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final ChunkVersion FIRST = new ChunkVersion(1);
    private static final TransactionId STRANGER = new TransactionId("stranger", 1, 1);
    private static final int BLOCK = 65_536;

    /** More than sockets take over from a sender while nobody reads. */
    private static final int LONG_BLOCKS = 400;

    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    Path root;

    private Cluster cluster;
    private ChunkServer source;
    private Replica remote;
    private final GatheringSink sink = new GatheringSink();

    /** A transport that reaches all others made by this. */
    abstract Transport newTransport();

    @BeforeEach
    void start() throws IOException {
        cluster = new Cluster(root, this::newTransport);
        cluster.start("source", 0, ChunkServerConfig.DEFAULT);
        cluster.start("target", 1, ChunkServerConfig.DEFAULT);
        source = cluster.server("source");
        remote = cluster.seenBy("target", "source");
    }

    @AfterEach
    void close() throws IOException {
        cluster.assertNothingLeftBehind();
        cluster.close();
    }

    @Test
    void whatIsHeldIsToldAsTheServerItselfSays() throws Exception {
        assertThat(holds(FIRST, STRANGER)).isFalse();
        Receipt stored = store(bytes(10));
        assertThat(holds(FIRST, stored.transaction())).isTrue();
        assertThat(holds(FIRST, STRANGER)).isFalse();
        source.delete(CHUNK, List.of());
        assertThat(holds(FIRST, STRANGER)).isTrue();
    }

    @Test
    void aCopyIsWhatWasStored() throws Exception {
        for (int length : new int[] {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 5_000_000}) {
            byte[] content = bytes(length);
            Receipt stored = store(content);
            GatheringSink copied = new GatheringSink();
            fetch(stored.version(), 0, copied).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(copied.info()).isEqualTo(source.stat(CHUNK).orElseThrow());
            assertThat(copied.bytes()).isEqualTo(content);
        }
    }

    @Test
    void aCopyGoesOnWhereAnotherEnded() throws Exception {
        byte[] content = bytes(5 * BLOCK + 5);
        store(content);
        fetch(FIRST, 3 * BLOCK, sink).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(sink.bytes()).isEqualTo(Arrays.copyOfRange(content, 3 * BLOCK, content.length));
        GatheringSink nothing = new GatheringSink();
        fetch(FIRST, content.length, nothing).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(nothing.info().lengthBytes()).isEqualTo(content.length);
        assertThat(nothing.blocks()).isZero();
    }

    @Test
    void aTombstoneIsCopied() throws Exception {
        store(bytes(10));
        Receipt deleted = source.delete(CHUNK, List.of());
        fetch(deleted.version(), 0, sink).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(sink.info().tombstone()).isTrue();
        assertThat(sink.info().transaction()).isEqualTo(deleted.transaction());
    }

    @Test
    void whyThereIsNoCopyIsSaidByTheSource() throws Exception {
        assertFailed(ErrorCode.CHUNK_NOT_FOUND, "server source", fetch(FIRST, 0, sink));
        store(bytes(2 * BLOCK));
        assertFailed(ErrorCode.VERSION_CONFLICT, "server source", fetch(FIRST.next(), 0, sink));
        damage(BLOCK + 1);
        assertFailed(ErrorCode.CORRUPT, "block 1", fetch(FIRST, 0, sink));
        assertThat(sink.blocks()).isEqualTo(1);
    }

    @Test
    void aTargetThatHoldsItsBlocksGetsThemAllWhileTheChunkIsReplaced() throws Exception {
        byte[] content = bytes(40 * BLOCK);
        store(content);
        sink.hold();
        CompletableFuture<Void> copy = fetch(FIRST, 0, sink);
        for (int block = 1; block <= 40; block++) {
            int expected = block;
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .untilAsserted(() -> assertThat(sink.blocks()).isEqualTo(expected));
            if (block == 1) {
                store(bytes(17));
            }
            sink.release();
        }
        copy.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(sink.bytes()).isEqualTo(content);
    }

    @Test
    void copiesCountAmongWhatGoesOnAtTheSameTime() throws Exception {
        cluster.start("narrow", 2, ChunkServerConfig.DEFAULT, EndpointConfig.DEFAULT.withMaxTransfers(1));
        byte[] content = bytes(LONG_BLOCKS * BLOCK);
        cluster.server("narrow").store(CHUNK, new ByteArrayInputStream(content), content.length);
        remote = cluster.seenBy("target", "narrow");
        sink.hold();
        CompletableFuture<Void> first = fetch(FIRST, 0, sink);
        await().untilAsserted(() -> assertThat(sink.blocks()).isEqualTo(1));
        assertFailed(ErrorCode.OVERLOADED, "server narrow", fetch(FIRST, 0, new GatheringSink()));
        sink.refuse(new IllegalStateException("given up"));
        sink.release();
        assertFailed(ErrorCode.INTERNAL, "given up", first);
        await().untilAsserted(() -> fetch(FIRST, 0, new GatheringSink()).get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void aSourceThatDiesInTheMiddleIsUnreachable() throws Exception {
        store(bytes(LONG_BLOCKS * BLOCK));
        sink.hold();
        CompletableFuture<Void> copy = fetch(FIRST, 0, sink);
        await().untilAsserted(() -> assertThat(sink.blocks()).isEqualTo(1));
        cluster.kill("source");
        int released = 0;
        while (!copy.isDone()) {
            int before = ++released;
            sink.release();
            await().until(() -> copy.isDone() || sink.blocks() > before);
        }
        assertFailed(ErrorCode.UNREACHABLE, "server source", copy);
        assertThat(sink.blocks()).isLessThan(LONG_BLOCKS);
        assertThatThrownBy(() -> remote.holds(CHUNK, FIRST, STRANGER)
                        .toCompletableFuture()
                        .get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .hasMessageContaining("server source");
    }

    private boolean holds(ChunkVersion version, TransactionId transaction) throws Exception {
        return remote.holds(CHUNK, version, transaction).toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private CompletableFuture<Void> fetch(ChunkVersion atLeast, long offset, GatheringSink into) {
        return remote.fetch(CHUNK, atLeast, offset, into).toCompletableFuture();
    }

    private Receipt store(byte[] content) throws IOException {
        return source.store(CHUNK, new ByteArrayInputStream(content), content.length);
    }

    private void damage(int offset) throws IOException {
        try (Stream<Path> files = Files.walk(root.resolve("source"))) {
            Path file = files.filter(path -> path.toString().endsWith(".chunk"))
                    .findFirst()
                    .orElseThrow();
            byte[] stored = Files.readAllBytes(file);
            stored[offset] ^= 1;
            Files.write(file, stored);
        }
    }

    private static void assertFailed(ErrorCode code, String words, CompletableFuture<Void> copy) {
        assertThatThrownBy(() -> copy.get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .satisfies(thrown ->
                        assertThat(ChunkServerException.from(thrown).code()).isEqualTo(code))
                .hasMessageContaining(words);
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }
}
