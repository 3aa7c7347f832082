package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.BlockFeeder;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.CommitConfig;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DirectReplicas;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three servers of one process, on real files: what a client of the primary may rely on. */
class ReplicatedStoreTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");

    /** For a member that waits to be told, so that a test can look at it while it waits. */
    private static final CommitConfig NEVER_ASKS =
            new CommitConfig(Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(2), 10);

    @TempDir
    Path root;

    private final DirectReplicas network = new DirectReplicas();
    private final Map<String, ChunkServer> servers = new HashMap<>();
    private long sequence;

    @BeforeEach
    void startThree() throws IOException {
        start("a", 0, ChunkServerConfig.DEFAULT);
        start("b", 10, ChunkServerConfig.DEFAULT.withCommit(NEVER_ASKS));
        start("c", 5, ChunkServerConfig.DEFAULT);
    }

    @AfterEach
    void closeAllAndFindNothingLeftBehind() throws IOException {
        for (ChunkServer server : servers.values()) {
            await().untilAsserted(() -> assertThat(server.transactions()).isEmpty());
            assertThat(server.status().space().reservedBytes()).isZero();
            server.close();
        }
        for (String name : servers.keySet()) {
            try (Stream<Path> files = Files.walk(root.resolve(name).resolve("chunks"))) {
                assertThat(files.filter(file -> file.toString().endsWith(".staged")))
                        .as("staged files of server %s", name)
                        .isEmpty();
            }
        }
    }

    @Test
    void aStoreIsOnAllMembersByteForByte() throws IOException {
        byte[] bytes = bytes(1_000_000, 1);
        Receipt receipt = server("a").store(CHUNK, new ByteArrayInputStream(bytes), bytes.length, List.of("b", "c"));
        assertThat(receipt.members()).isEqualTo(3);
        assertThat(receipt.applied()).containsExactly(new ServerId("a"), new ServerId("c"), new ServerId("b"));
        for (String name : servers.keySet()) {
            assertThat(read(name)).isEqualTo(bytes);
        }
        List<byte[]> files = Stream.of("a", "b", "c").map(this::chunkFile).toList();
        assertThat(files.get(1)).isEqualTo(files.get(0));
        assertThat(files.get(2)).isEqualTo(files.get(0));
    }

    @Test
    void theStatusTellsTheLastChainNearestFirst() throws IOException {
        assertThat(server("a").status().lastChain()).isEmpty();
        store("a", bytes(10, 1), "b", "c");
        assertThat(server("a").status().lastChain())
                .containsExactly(new ServerId("a"), new ServerId("c"), new ServerId("b"));
        assertThat(server("b").status().lastChain()).isEmpty();
    }

    @Test
    void aDeleteIsOnAllMembers() throws IOException {
        store("a", bytes(10, 1), "b", "c");
        server("a").delete(CHUNK, List.of("b", "c"));
        for (ChunkServer server : servers.values()) {
            assertThat(server.stat(CHUNK)).isEmpty();
        }
    }

    @Test
    void aDeadReplicaIsNamedAndNothingIsStored() {
        network.cut("c");
        assertFailure(ErrorCode.UNREACHABLE, "c", () -> store("a", bytes(10, 1), "b", "c"));
        assertThat(server("a").stat(CHUNK)).isEmpty();
        assertThat(server("b").stat(CHUNK)).isEmpty();
    }

    @Test
    void aReplicaThatDiesWhileBytesComeInIsNamedAndTheOthersForget() {
        ChunkWriter writer = begin("a", transaction(), null, 200_000, "b", "c");
        writer.write(CheckedBlock.of(ByteBuffer.wrap(bytes(65_536, 1))));
        network.cut("c");
        writer.cancel(Failure.of(ErrorCode.CANCELLED, "the client is gone"));
        assertFailure(ErrorCode.CANCELLED, "", () -> receipt(writer));
    }

    /** Whoever took it would hold the chunk for ever, because it would wait for a decision of its own that nobody takes. */
    @Test
    void aPrepareThatNamesTheReceiverAsCoordinatorIsRefused() {
        Member a = server("a").self();
        assertRefused(a, prepareFor(List.of(a)), "names this server as its coordinator");
    }

    @Test
    void aPrepareForAChainWithoutTheReceiverIsRefused() {
        assertRefused(server("a").self(), prepareFor(List.of(server("b").self())), "without this server");
    }

    private void assertRefused(Member receiver, PrepareRequest request, String why) {
        List<Vote> votes = server(receiver.id().value())
                .asReplica()
                .prepare(request)
                .votes()
                .toCompletableFuture()
                .join();
        assertThat(votes).singleElement().satisfies(vote -> {
            assertThat(vote.member()).isEqualTo(receiver.id());
            assertThat(vote.why().orElseThrow().code()).isEqualTo(ErrorCode.INVALID_ARGUMENT);
            assertThat(vote.why().orElseThrow().message()).contains(why, CHUNK.toString());
        });
        assertThat(server(receiver.id().value()).transactions()).isEmpty();
    }

    private static PrepareRequest prepareFor(List<Member> chain) {
        return new PrepareRequest(
                new TransactionId("stranger", 1, 1),
                new Attempt(1, 1),
                CHUNK,
                ChunkVersion.NONE,
                0,
                false,
                10,
                Attributes.NONE,
                Durability.SYNC,
                chain,
                new UUID(1, 1),
                Duration.ofSeconds(5));
    }

    @Test
    void aServerNamedTwiceIsRefused() {
        assertFailure(ErrorCode.INVALID_ARGUMENT, "b", () -> store("a", bytes(10, 1), "b", "b"));
        assertFailure(ErrorCode.INVALID_ARGUMENT, "a", () -> store("a", bytes(10, 1), "a"));
    }

    @Test
    void theMemberWithoutSpaceIsNamedWithItsAvailableBytes() throws IOException {
        stop("c");
        start("c", 5, ChunkServerConfig.DEFAULT.withSpaceLimitBytes(50_000));
        assertThatThrownBy(() -> store("a", bytes(100_000, 1), "b", "c"))
                .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.InsufficientSpace.class))
                .extracting(ChunkServerException::failure)
                .satisfies(failure -> {
                    assertThat(failure.server()).contains(new ServerId("c"));
                    assertThat(failure.availableBytes()).hasValue(50_000);
                });
    }

    @Test
    void aMemberThatHoldsANewerVersionRefuses() throws IOException {
        store("b", bytes(10, 1));
        store("b", bytes(10, 2));
        assertFailure(ErrorCode.VERSION_CONFLICT, "b", () -> store("a", bytes(10, 3), "b"));
    }

    @Test
    void aMemberThatIsBehindCatchesUpByAStore() throws IOException {
        store("a", bytes(10, 1));
        store("a", bytes(10, 2));
        byte[] third = bytes(20, 3);
        store("a", third, "b");
        assertThat(read("b")).isEqualTo(third);
        assertThat(server("b").stat(CHUNK).orElseThrow().version()).isEqualTo(new ChunkVersion(3));
    }

    @Test
    void aStoreThatExpectsAnotherVersionIsRefused() throws IOException {
        store("a", bytes(10, 1), "b");
        ChunkWriter writer = begin("a", transaction(), new ChunkVersion(7), 10, "b");
        assertFailure(ErrorCode.VERSION_CONFLICT, "a", () -> receipt(writer));
    }

    @Test
    void aSecondTransactionOnTheChunkIsBusyUntilTheFirstEnds() {
        ChunkWriter first = begin("a", transaction(), null, 10, "b");
        ChunkWriter second = begin("a", transaction(), null, 10, "b");
        assertFailure(ErrorCode.BUSY, "a", () -> receipt(second));
        first.finish(0, 0);
        assertThat(receipt(first).version()).isEqualTo(new ChunkVersion(1));
    }

    @Test
    void aRetryOfACommittedTransactionHearsItsReceiptAndIsNotAppliedAgain() throws IOException {
        TransactionId id = transaction();
        byte[] bytes = bytes(100, 1);
        ChunkWriter first = begin("a", id, null, 100, "b");
        BlockFeeder.feed(new ByteArrayInputStream(bytes), first);
        Receipt committed = receipt(first);
        store("a", bytes(100, 2), "b");
        ChunkWriter retry = begin("a", id, null, 100, "b");
        BlockFeeder.feed(new ByteArrayInputStream(bytes), retry);
        assertThat(receipt(retry).version()).isEqualTo(committed.version());
        assertThat(server("a").stat(CHUNK).orElseThrow().version()).isEqualTo(new ChunkVersion(2));
        stop("a");
        start("a", 0, ChunkServerConfig.DEFAULT);
        assertThat(receipt(begin("a", id, null, 100, "b")).version()).isEqualTo(committed.version());
    }

    @Test
    void aRetryOfACommittedTransactionIsAnsweredAlsoWhenAMemberIsGoneOrNothingNewIsTaken() {
        TransactionId id = transaction();
        ChunkWriter first = begin("a", id, null, 10, "b");
        first.finish(0, 0);
        Receipt committed = receipt(first);
        network.cut("b");
        assertThat(receipt(begin("a", id, null, 10, "b")).version()).isEqualTo(committed.version());
        server("a").drain(Duration.ZERO);
        assertThat(receipt(begin("a", id, null, 10, "b")).version()).isEqualTo(committed.version());
    }

    @Test
    void damagedBytesAreRefusedAndTheMemberThatSawThemIsNamed() {
        ChunkWriter writer = begin("a", transaction(), null, 200_000, "b");
        writer.write(new CheckedBlock(ByteBuffer.wrap(bytes(65_536, 1)), 12345));
        assertFailure(ErrorCode.CHECKSUM_MISMATCH, "a", () -> receipt(writer));
    }

    @Test
    void aWrongTotalChecksumIsRefused() {
        ChunkWriter writer = begin("a", transaction(), null, 10, "b");
        writer.write(CheckedBlock.of(ByteBuffer.wrap(bytes(10, 1))));
        writer.finish(10, 1);
        assertFailure(ErrorCode.CHECKSUM_MISMATCH, "", () -> receipt(writer));
    }

    @Test
    void aCommitThatAMemberDoesNotHearReachesItLater() throws IOException {
        ChunkWriter writer = begin("a", transaction(), null, 10, "b");
        writer.write(CheckedBlock.of(ByteBuffer.wrap(bytes(10, 1))));
        network.cut("b");
        writer.finish(10, CheckedBlock.of(ByteBuffer.wrap(bytes(10, 1))).crc32c());
        Receipt receipt = receipt(writer);
        assertThat(receipt.applied()).containsExactly(new ServerId("a"));
        assertThat(server("b").transactions()).hasSize(1);
        network.add(server("b"));
        await().ignoreExceptions().untilAsserted(() -> assertThat(read("b")).isEqualTo(bytes(10, 1)));
    }

    @Test
    void aLatestReadAtAMemberInDoubtAsksTheCoordinatorFirst() throws IOException {
        store("a", bytes(10, 1), "b");
        ChunkWriter writer = begin("a", transaction(), null, 10, "b");
        writer.write(CheckedBlock.of(ByteBuffer.wrap(bytes(10, 2))));
        network.cut("b");
        writer.finish(10, CheckedBlock.of(ByteBuffer.wrap(bytes(10, 2))).crc32c());
        receipt(writer);
        ChunkServer behind = server("b");
        assertThat(behind.open(CHUNK, ReadMode.COMMITTED)
                        .toCompletableFuture()
                        .join()
                        .info()
                        .version())
                .isEqualTo(new ChunkVersion(1));
        assertThat(behind.open(CHUNK, ReadMode.LATEST)
                        .toCompletableFuture()
                        .join()
                        .info()
                        .version())
                .isEqualTo(new ChunkVersion(2));
        network.add(behind);
        await().untilAsserted(() -> assertThat(server("a").transactions()).isEmpty());
    }

    private void store(String primary, byte[] bytes, String... replicas) throws IOException {
        server(primary).store(CHUNK, new ByteArrayInputStream(bytes), bytes.length, List.of(replicas));
    }

    private ChunkWriter begin(
            String primary, TransactionId id, @Nullable ChunkVersion base, long length, String... replicas) {
        StoreRequest request = new StoreRequest(
                id, CHUNK, false, length, base, Attributes.NONE, Durability.SYNC, Duration.ofSeconds(30));
        return server(primary)
                .begin(request, List.of(replicas))
                .toCompletableFuture()
                .join();
    }

    private static Receipt receipt(ChunkWriter writer) {
        return writer.receipt().toCompletableFuture().join();
    }

    private TransactionId transaction() {
        return new TransactionId("test", System.currentTimeMillis(), sequence++);
    }

    private ChunkServer server(String name) {
        ChunkServer server = servers.get(name);
        assertThat(server).isNotNull();
        return server;
    }

    private void start(String name, double x, ChunkServerConfig config) throws IOException {
        ChunkServer server = ChunkServer.builder(root.resolve(name))
                .serverId(new ServerId(name))
                .location(new Location(x, 0))
                .config(config)
                .replicas(network)
                .start();
        network.add(server);
        servers.put(name, server);
    }

    private void stop(String name) throws IOException {
        network.cut(name);
        server(name).close();
    }

    private byte[] read(String name) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        server(name).read(CHUNK, target);
        return target.toByteArray();
    }

    private byte[] chunkFile(String name) {
        try (Stream<Path> files = Files.walk(root.resolve(name).resolve("chunks"))) {
            return Files.readAllBytes(
                    files.filter(Files::isRegularFile).findFirst().orElseThrow());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** The code must be right and the message must name the culprit. */
    private static void assertFailure(ErrorCode code, String named, ThrowingCallable call) {
        assertThatThrownBy(() -> {
                    try {
                        call.call();
                    } catch (CompletionException e) {
                        throw e.getCause();
                    }
                })
                .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.class))
                .satisfies(failure -> {
                    assertThat(failure.code()).isEqualTo(code);
                    assertThat(failure).hasMessageContaining(named);
                });
    }
}
