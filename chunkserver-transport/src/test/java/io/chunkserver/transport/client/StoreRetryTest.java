package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ScriptedServer.Script;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which stores a client tries again, under which id, how often, and what it says in the end (guarantee A4). */
@Timeout(60)
class StoreRetryTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = new byte[200_000];
    private static final Duration SHORT = Duration.ofSeconds(1);

    /** Delays beyond every time that a store is given: a client that draws one gives up at once. */
    private static final RetryConfig ENDLESS_DELAYS = new RetryConfig(1, Duration.ofDays(1), Duration.ofDays(1));

    private static final Instant NOW = Instant.ofEpochMilli(1_700_000_000_000L);

    private final LoopbackNetwork network = new LoopbackNetwork(ForkJoinPool.commonPool());
    private final LoopbackTransport atServer = new LoopbackTransport(network);
    private final LoopbackTransport atClient = new LoopbackTransport(network);
    private final ScriptedServer server = new ScriptedServer(atServer, new ServerAddress("server", 1), "scripted");
    private final NoDelays random = new NoDelays(7);
    private final ChunkClient client = client(RetryConfig.DEFAULT);

    private ChunkClient client(RetryConfig retries) {
        return client(retries, random);
    }

    private ChunkClient client(RetryConfig retries, NoDelays delays) {
        return new ChunkClient(atClient, ClientConfig.DEFAULT.withRetries(retries), InstantSource.fixed(NOW), delays);
    }

    @AfterEach
    void close() {
        client.close();
        atClient.close();
        atServer.close();
    }

    @Test
    void whatMaySucceedLaterIsTriedAgainUnderTheSameIdWithAllBytes() throws IOException {
        server.then(
                Script.refuse(ErrorCode.BUSY),
                Script.refuse(ErrorCode.DRAINING),
                Script.cutAtOnce(),
                Script.onEnd(exchange -> exchange.answer(Answers.receipt(exchange.request()))));
        int[] opened = new int[1];
        Receipt receipt = client.store(
                server.address(),
                CHUNK,
                ChunkSource.of(BYTES.length, () -> {
                    opened[0]++;
                    return InputStream.nullInputStream();
                }),
                StoreOptions.DEFAULT);
        List<Request.Store> tries = server.requests(Request.Store.class);
        assertThat(tries).hasSize(4).extracting(Request.Store::transaction).containsOnly(receipt.transaction());
        assertThat(receipt.transaction().started()).isEqualTo(NOW);
        assertThat(opened[0]).as("times the source was opened").isEqualTo(4);
    }

    @Test
    void storesHaveDifferentIds() throws IOException {
        server.then(Script.onEnd(exchange -> exchange.answer(Answers.receipt(exchange.request()))));
        assertThat(List.of(store(StoreOptions.DEFAULT), store(StoreOptions.DEFAULT), store(StoreOptions.DEFAULT)))
                .extracting(Receipt::transaction)
                .doesNotHaveDuplicates();
    }

    @Test
    void retriesAreBoundedAndTheirDelaysDrawnFromDoublingBounds() {
        server.then(Script.refuse(ErrorCode.BUSY));
        assertFails(ErrorCode.BUSY, client, StoreOptions.DEFAULT);
        assertThat(server.requests()).hasSize(1 + RetryConfig.DEFAULT.maxRetries());
        assertThat(random.bounds())
                .map(bound -> TimeUnit.NANOSECONDS.toMillis(bound - 1))
                .startsWith(50L, 100L, 200L, 400L, 800L, 1600L);
    }

    @Test
    void theLastFailureTellsHowOftenItWasTriedIfMoreThanOnce() {
        server.then(Script.refuse(ErrorCode.BUSY));
        assertThatThrownBy(() -> store(StoreOptions.DEFAULT))
                .hasMessageContaining("the last of 7 tries in ")
                .hasMessageContaining("chunk " + CHUNK);
        try (ChunkClient once = client(RetryConfig.NONE)) {
            assertThatThrownBy(() -> once.store(server.address(), CHUNK, ChunkSource.of(BYTES), StoreOptions.DEFAULT))
                    .message()
                    .doesNotContain("tries");
        }
    }

    @Test
    void whatWillNotSucceedLaterIsToldAtOnce() {
        for (ErrorCode code : ErrorCode.values()) {
            if (!code.retryable()) {
                int before = server.requests().size();
                server.then(Script.refuse(code));
                assertFails(code, client, StoreOptions.DEFAULT.withPlacementEpoch(1));
                assertThat(server.requests()).as("tries after %s", code).hasSize(before + 1);
            }
        }
    }

    /** Who was told the servers by a master has to ask again; here the server asked, and asks again by itself. */
    @Test
    void whatTheServerHadPlacedByAReplacedMasterIsTriedAgain() throws IOException {
        server.then(Script.refuse(ErrorCode.STALE_EPOCH), Script.answer(Answers::receipt));
        store(StoreOptions.DEFAULT);
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void withoutRetriesEveryFailureIsToldAtOnce() {
        server.then(Script.refuse(ErrorCode.BUSY));
        try (ChunkClient once = client(RetryConfig.NONE)) {
            assertFails(ErrorCode.BUSY, once, StoreOptions.DEFAULT);
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aCutAfterTheLastByteIsRetriedAndTheReceiptIsThatOfTheFirstTry() throws IOException {
        server.then(Script.cutAfterTheLastByte(), Script.answer(Answers::receipt));
        Receipt receipt = store(StoreOptions.DEFAULT);
        assertThat(server.requests(Request.Store.class))
                .hasSize(2)
                .extracting(Request.Store::transaction)
                .containsOnly(receipt.transaction());
    }

    @Test
    void anOutcomeThatStaysUnknownIsToldWithItsIdAndCanBeAskedFor() throws IOException {
        int tries = 10;
        server.then(Script.cutAfterTheLastByte());
        TransactionId transaction;
        try (ChunkClient patient = client(ENDLESS_DELAYS, new NoDelays(7, tries - 1))) {
            ChunkServerException.OutcomeUnknown told = assertUnknown(patient, server, StoreOptions.DEFAULT);
            assertThat(told)
                    .hasMessageContaining(server.address().toString())
                    .hasMessageContaining("ask for transaction ", ", or retry with the same id");
            transaction = told.transaction();
        }
        // It is tried on beyond the bound on retries: giving up early would help nobody.
        assertThat(server.requests(Request.Store.class))
                .hasSize(tries)
                .extracting(Request.Store::transaction)
                .containsOnly(transaction);
        server.then(Script.answer(
                request -> new Response.Transaction(committed(((Request.Transaction) request).transaction()))));
        assertThat(client.transaction(server.address(), transaction)).hasValue(committed(transaction));
    }

    @Test
    void aServerThatIsSilentAfterTheLastByteLeavesTheOutcomeUnknown() {
        server.then(Script.silent());
        assertUnknown(client, server, StoreOptions.DEFAULT.withTimeout(SHORT));
    }

    @Test
    void whatALaterTryHearsDoesNotMakeAnUnknownOutcomeAFailure() throws IOException {
        for (ErrorCode code : ErrorCode.values()) {
            ServerAddress address = new ServerAddress(code.word(), 1);
            ScriptedServer other = new ScriptedServer(atServer, address, "other")
                    .then(Script.cutAfterTheLastByte(), Script.refuse(code));
            try (ChunkClient twice = client(ENDLESS_DELAYS, new NoDelays(7, 1))) {
                TransactionId transaction =
                        assertUnknown(twice, other, StoreOptions.DEFAULT).transaction();
                assertThat(other.requests(Request.Store.class))
                        .as("tries, the second refused as %s", code)
                        .hasSize(2)
                        .extracting(Request.Store::transaction)
                        .containsOnly(transaction);
            }
        }
    }

    @Test
    void whateverFailsIsToldWithTheChunk() {
        server.then(Script.refuse(ErrorCode.INVALID_ARGUMENT));
        assertThatThrownBy(() -> store(StoreOptions.DEFAULT)).hasMessageContaining("chunk " + CHUNK + ": ");
        assertThatThrownBy(() -> client.delete(server.address(), CHUNK, StoreOptions.DEFAULT))
                .hasMessageContaining("chunk " + CHUNK + ": ");
        try (ChunkClient once = client(RetryConfig.NONE)) {
            ServerAddress nobody = new ServerAddress("nobody", 1);
            assertThatThrownBy(() -> once.delete(nobody, CHUNK, StoreOptions.DEFAULT))
                    .hasMessageContainingAll("chunk " + CHUNK + ": ", "nobody:1");
        }
    }

    @Test
    void anIdThatWasGivenIsUsed() throws IOException {
        server.then(Script.onEnd(exchange -> exchange.answer(Answers.receipt(exchange.request()))));
        TransactionId earlier = new TransactionId("earlier", 5, 6);
        assertThat(store(StoreOptions.DEFAULT.withTransaction(earlier)).transaction())
                .isEqualTo(earlier);
    }

    @Test
    void aSourceThatCannotBeReadIsToldAsItIsAndNothingIsTriedAgain() {
        server.then(Script.silent());
        IOException broken = new IOException("the source is gone");
        assertThatThrownBy(() -> client.store(
                        server.address(),
                        CHUNK,
                        ChunkSource.of(10, () -> {
                            throw broken;
                        }),
                        StoreOptions.DEFAULT))
                .isSameAs(broken);
        assertThat(server.requests(Request.Store.class)).hasSizeLessThanOrEqualTo(1);
    }

    private Receipt store(StoreOptions options) throws IOException {
        return client.store(server.address(), CHUNK, ChunkSource.of(BYTES), options);
    }

    private void assertFails(ErrorCode code, ChunkClient with, StoreOptions options) {
        assertThatThrownBy(() -> with.store(server.address(), CHUNK, ChunkSource.of(BYTES), options))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static ChunkServerException.OutcomeUnknown assertUnknown(
            ChunkClient with, ScriptedServer at, StoreOptions options) {
        AtomicReference<ChunkServerException.OutcomeUnknown> told = new AtomicReference<>();
        assertThatThrownBy(() -> with.store(at.address(), CHUNK, ChunkSource.of(BYTES), options))
                .isInstanceOfSatisfying(ChunkServerException.OutcomeUnknown.class, told::set);
        return told.get();
    }

    private static TransactionSummary committed(TransactionId transaction) {
        return new TransactionSummary(
                transaction,
                new Attempt(1, 1),
                CHUNK,
                new ChunkVersion(1),
                false,
                TransactionState.COMMITTED,
                List.of(),
                List.of(),
                false);
    }
}
