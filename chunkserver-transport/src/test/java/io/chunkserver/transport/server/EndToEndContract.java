package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.ReadOptions;
import io.chunkserver.transport.client.StatResult;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.testkit.Cluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client may rely on, whatever carries its frames: three servers, each behind its endpoint. */
abstract class EndToEndContract {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");

    @TempDir
    Path root;

    private Cluster cluster;
    private Transport transport;
    private ChunkClient client;
    private ServerAddress a;
    private ServerAddress b;
    private ServerAddress c;

    /** A transport that reaches all others made by this. */
    abstract Transport newTransport();

    @BeforeEach
    void start() throws IOException {
        cluster = new Cluster(root, this::newTransport);
        a = cluster.start("a", 0, ChunkServerConfig.DEFAULT);
        b = cluster.start("b", 10, ChunkServerConfig.DEFAULT);
        c = cluster.start("c", 5, ChunkServerConfig.DEFAULT);
        transport = newTransport();
        client = new ChunkClient(transport, ClientConfig.DEFAULT);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        cluster.assertNothingLeftBehind();
        cluster.close();
        transport.close();
    }

    @Test
    void aChunkComesBackAsItWasStored() throws IOException {
        for (int length : new int[] {0, 1, 65_535, 65_536, 65_537, 5_000_000}) {
            byte[] bytes = bytes(length);
            Receipt receipt = client.store(a, CHUNK, ChunkSource.of(bytes), StoreOptions.DEFAULT);
            assertThat(receipt.lengthBytes()).isEqualTo(length);
            assertThat(receipt.applied()).containsExactly(new ServerId("a"));
            assertThat(read(a, ReadOptions.ALL)).isEqualTo(bytes);
        }
    }

    @Test
    void aRangeIsReadWhereverItsBlocksBegin() throws IOException {
        byte[] bytes = bytes(300_000);
        client.store(a, CHUNK, ChunkSource.of(bytes), StoreOptions.DEFAULT);
        for (int[] range : new int[][] {
            {0, 1}, {65_535, 2}, {65_536, 65_536}, {1, 299_999}, {299_999, 1}, {100_000, 0}, {300_000, 0}
        }) {
            assertThat(read(a, ReadOptions.range(range[0], range[1])))
                    .isEqualTo(Arrays.copyOfRange(bytes, range[0], range[0] + range[1]));
        }
        assertThat(read(a, new ReadOptions(200_000, java.util.OptionalLong.empty(), ReadMode.LATEST)))
                .isEqualTo(Arrays.copyOfRange(bytes, 200_000, 300_000));
    }

    @Test
    void aReadPastTheEndNamesTheChunkAndItsLength() throws IOException {
        client.store(a, CHUNK, ChunkSource.of(bytes(100)), StoreOptions.DEFAULT);
        for (ReadOptions options : List.of(
                ReadOptions.range(0, 101),
                ReadOptions.range(101, 0),
                ReadOptions.range(Long.MAX_VALUE - 1, 1),
                new ReadOptions(101, java.util.OptionalLong.empty(), ReadMode.COMMITTED))) {
            assertThatThrownBy(() -> read(a, options)).isInstanceOfSatisfying(ChunkServerException.class, thrown -> {
                assertThat(thrown.code()).isEqualTo(ErrorCode.RANGE_NOT_SATISFIABLE);
                assertThat(thrown).hasMessageContaining("dir/file#0").hasMessageContaining("100 bytes");
            });
        }
    }

    @Test
    void attributesAndInformationAreThoseOfTheStore() throws IOException {
        Attributes attributes = new Attributes(Map.of("content-type", "text/plain"));
        Receipt receipt =
                client.store(a, CHUNK, ChunkSource.of(bytes(10)), StoreOptions.DEFAULT.withAttributes(attributes));
        StatResult stat = client.stat(a, CHUNK);
        assertThat(stat.attributes()).isEqualTo(attributes);
        assertThat(stat.info().transaction()).isEqualTo(receipt.transaction());
        assertThat(stat.info().crc32c()).isEqualTo(receipt.crc32c());
    }

    @Test
    void listsArePagedInTheOrderOfTheIds() throws IOException {
        for (int i = 0; i < 5; i++) {
            client.store(a, new ChunkId("dir/file", i), ChunkSource.of(bytes(1)), StoreOptions.DEFAULT);
        }
        client.store(a, new ChunkId("other", 0), ChunkSource.of(bytes(1)), StoreOptions.DEFAULT);
        List<ChunkInfo> page = client.list(a, "dir/", null, 3);
        assertThat(page).extracting(info -> info.id().index()).containsExactly(0, 1, 2);
        assertThat(client.list(a, "dir/", page.get(2).id(), 3))
                .extracting(info -> info.id().index())
                .containsExactly(3, 4);
        assertThat(client.list(a, "", null, 5000)).hasSize(6);
    }

    @Test
    void aStoreIsOnAllMembersNearestFirst() throws IOException {
        byte[] bytes = bytes(3_000_000);
        Receipt receipt = store(bytes);
        assertThat(receipt.members()).isEqualTo(3);
        assertThat(receipt.applied()).containsExactly(new ServerId("a"), new ServerId("c"), new ServerId("b"));
        for (ServerAddress server : List.of(a, b, c)) {
            assertThat(read(server, ReadOptions.ALL)).isEqualTo(bytes);
            assertThat(client.stat(server, CHUNK).info().version()).isEqualTo(receipt.version());
        }
    }

    @Test
    void aDeleteIsOnAllMembers() throws IOException {
        store(bytes(10));
        client.delete(a, CHUNK, replicated());
        for (ServerAddress server : List.of(a, b, c)) {
            assertFailure(ErrorCode.CHUNK_NOT_FOUND, "dir/file#0", () -> client.stat(server, CHUNK));
            assertFailure(ErrorCode.CHUNK_NOT_FOUND, "dir/file#0", () -> read(server, ReadOptions.ALL));
        }
        assertFailure(ErrorCode.CHUNK_NOT_FOUND, "dir/file#0", () -> client.delete(a, CHUNK, replicated()));
    }

    @Test
    void aStoreOnAnUnexpectedVersionIsRefused() throws IOException {
        Receipt first = store(bytes(10));
        assertFailure(
                ErrorCode.VERSION_CONFLICT,
                "dir/file#0",
                () -> client.store(
                        a, CHUNK, ChunkSource.of(bytes(10)), replicated().withExpectedBase(ChunkVersion.NONE)));
        Receipt second =
                client.store(a, CHUNK, ChunkSource.of(bytes(11)), replicated().withExpectedBase(first.version()));
        assertThat(second.version()).isEqualTo(first.version().next());
    }

    @Test
    void aReadThatWantsANewerVersionIsRefused() throws IOException {
        Receipt receipt = store(bytes(10));
        assertThat(read(b, ReadOptions.ALL.withMode(ReadMode.atLeast(receipt.version()))))
                .hasSize(10);
        assertFailure(
                ErrorCode.VERSION_CONFLICT,
                "dir/file#0",
                () -> read(
                        b,
                        ReadOptions.ALL.withMode(
                                ReadMode.atLeast(receipt.version().next()))));
    }

    @Test
    void aCommittedTransactionIsToldAndARetryIsAnsweredWithItsReceipt() throws IOException {
        Receipt receipt = store(bytes(10));
        assertThat(client.transaction(a, receipt.transaction()).orElseThrow().state())
                .isEqualTo(TransactionState.COMMITTED);
        Receipt again =
                client.store(a, CHUNK, ChunkSource.of(bytes(10)), replicated().withTransaction(receipt.transaction()));
        assertThat(again.version()).isEqualTo(receipt.version());
        assertThat(client.stat(a, CHUNK).info().version()).isEqualTo(receipt.version());
        assertThat(client.transactions(a)).isEmpty();
    }

    @Test
    void aServerTellsHowItIs() throws IOException {
        store(bytes(100));
        var status = client.status(b);
        assertThat(status.serverId()).isEqualTo(new ServerId("b"));
        assertThat(status.address()).isEqualTo(b);
        assertThat(status.chunks()).isEqualTo(1);
        assertThat(status.state()).isEqualTo("ready");
        assertThat(status.space().usedBytes()).isPositive();
        assertThat(client.identify(c).member().location().x()).isEqualTo(5);
    }

    private Receipt store(byte[] bytes) throws IOException {
        return client.store(a, CHUNK, ChunkSource.of(bytes), replicated());
    }

    private StoreOptions replicated() {
        return StoreOptions.DEFAULT.withReplicas(List.of(b, c));
    }

    private byte[] read(ServerAddress server, ReadOptions options) throws IOException {
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        client.read(server, CHUNK, options, target);
        return target.toByteArray();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static void assertFailure(ErrorCode code, String named, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        ChunkServerException.class,
                        thrown -> assertThat(thrown.code()).isEqualTo(code))
                .hasMessageContaining(named);
    }
}
