package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.GatheringSink;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What another server may ask of this one beside transactions: whether it holds a version, and a copy of it. */
class OwnReplicaTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final ChunkVersion FIRST = new ChunkVersion(1);
    private static final TransactionId STRANGER = new TransactionId("stranger", 1, 1);
    private static final int BLOCK = 65_536;

    @TempDir
    Path directory;

    private ChunkServer server;
    private final GatheringSink sink = new GatheringSink();

    @BeforeEach
    void start() throws IOException {
        server = ChunkServer.builder(directory).serverId(new ServerId("one")).start();
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @Test
    void aVersionIsHeldByItsTransactionOrWhenANewerOneIsThere() throws IOException {
        assertThat(holds(FIRST, STRANGER)).as("before the first store").isFalse();
        Receipt stored = store(bytes(10));
        assertThat(holds(FIRST, stored.transaction())).isTrue();
        assertThat(holds(FIRST, STRANGER))
                .as("the same version of another transaction")
                .isFalse();
        assertThat(holds(FIRST.next(), stored.transaction())).as("a newer one").isFalse();
        server.delete(CHUNK, List.of());
        assertThat(holds(FIRST, STRANGER)).as("after a newer tombstone").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "65536, 0", "200000, 0", "200000, 65535", "200000, 65536", "200000, 199999"})
    void aCopyHasTheBlocksFromTheOneThatHoldsTheOffset(int length, int offset) throws IOException {
        byte[] content = bytes(length);
        Receipt stored = store(content);
        fetch(FIRST, offset).join();
        assertThat(sink.info()).isEqualTo(server.stat(CHUNK).orElseThrow());
        assertThat(sink.info().transaction()).isEqualTo(stored.transaction());
        assertThat(sink.bytes()).isEqualTo(Arrays.copyOfRange(content, offset / BLOCK * BLOCK, length));
    }

    @ParameterizedTest
    @CsvSource({"65536, 65536", "100, 100", "100, 1000000", "0, 1"})
    void fromTheEndOnNoBlockFollows(int length, int offset) throws IOException {
        store(bytes(length));
        fetch(FIRST, offset).join();
        assertThat(sink.info().lengthBytes()).isEqualTo(length);
        assertThat(sink.blocks()).isZero();
    }

    @Test
    void aTombstoneIsCopiedWithoutBlocks() throws IOException {
        store(bytes(10));
        Receipt deleted = server.delete(CHUNK, List.of());
        fetch(FIRST, 0).join();
        assertThat(sink.info().tombstone()).isTrue();
        assertThat(sink.info().transaction()).isEqualTo(deleted.transaction());
        assertThat(sink.blocks()).isZero();
    }

    @Test
    void whatIsNotHereOrTooOldIsSaid() throws IOException {
        assertFailed(ErrorCode.CHUNK_NOT_FOUND, "dir/file#0", fetch(FIRST, 0));
        store(bytes(10));
        assertFailed(ErrorCode.VERSION_CONFLICT, "has version 1 here", fetch(FIRST.next(), 0));
        assertThat(sink.info()).as("what a sink without a source is told").isNull();
    }

    @Test
    void aDamagedBlockIsNotHandedOn() throws IOException {
        store(bytes(3 * BLOCK));
        damage(BLOCK + 17);
        assertFailed(ErrorCode.CORRUPT, "block 1", fetch(FIRST, 0));
        assertThat(sink.blocks()).isEqualTo(1);
    }

    @Test
    void aSinkThatHoldsABlockHoldsUpTheSourceAndKeepsItsVersion() throws IOException {
        byte[] content = bytes(3 * BLOCK);
        store(content);
        sink.hold();
        CompletableFuture<Void> copy = fetch(FIRST, 0);
        for (int block = 1; block <= 3; block++) {
            int expected = block;
            await().untilAsserted(() -> assertThat(sink.blocks()).isEqualTo(expected));
            store(bytes(10 + block));
            assertThat(copy).isNotDone();
            sink.release();
        }
        copy.join();
        assertThat(sink.bytes()).isEqualTo(content);
    }

    @Test
    void aSinkThatRefusesEndsTheCopyWithItsOwnFailure() throws IOException {
        store(bytes(3 * BLOCK));
        sink.refuse(new IllegalArgumentException("no more of this"));
        assertFailed(ErrorCode.INVALID_ARGUMENT, "no more of this", fetch(FIRST, 0));
    }

    @Test
    void aClosedServerHasNoCopies() throws IOException {
        store(bytes(10));
        server.close();
        assertThatThrownBy(() -> fetch(FIRST, 0).join()).isInstanceOf(CompletionException.class);
        assertThat(sink.info()).isNull();
    }

    private boolean holds(ChunkVersion version, TransactionId transaction) {
        return server.asReplica()
                .holds(CHUNK, version, transaction)
                .toCompletableFuture()
                .join();
    }

    private CompletableFuture<Void> fetch(ChunkVersion atLeast, long offset) {
        return server.asReplica()
                .fetch(CHUNK, atLeast, offset, sink)
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS);
    }

    private Receipt store(byte[] content) throws IOException {
        return server.store(CHUNK, new ByteArrayInputStream(content), content.length);
    }

    private void damage(int offset) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            Path file = files.filter(path -> path.toString().endsWith(".chunk"))
                    .findFirst()
                    .orElseThrow();
            byte[] stored = Files.readAllBytes(file);
            stored[offset] ^= 1;
            Files.write(file, stored);
        }
    }

    private static void assertFailed(ErrorCode code, String words, CompletableFuture<Void> copy) {
        assertThatThrownBy(copy::join)
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
