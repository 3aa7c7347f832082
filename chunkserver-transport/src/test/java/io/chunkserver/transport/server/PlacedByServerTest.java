package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.RetryConfig;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.testkit.Cluster;
import io.chunkserver.transport.testkit.FakeMaster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stores and deletes that name no servers, at a server that has a master: the chunk may be on others, and what passed them by would be
 * taken for stale and removed.
 */
class PlacedByServerTest {

    private static final ChunkId CHUNK = ChunkId.parse("placed#0");
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir
    private Path root;

    private final LoopbackNetwork network = new LoopbackNetwork(ForkJoinPool.commonPool());
    private final FakeMaster master = new FakeMaster("m");
    private Cluster cluster;
    private Transport transport;
    private ChunkClient client;

    @BeforeEach
    void start() throws IOException {
        cluster = new Cluster(root, () -> new LoopbackTransport(network));
        for (String name : List.of("a", "b", "c")) {
            cluster.start(name, 0, ChunkServerConfig.DEFAULT);
            cluster.server(name).followMasters(List.of(new KnownMaster("m:1", master)), 1);
        }
        transport = new LoopbackTransport(network);
        client = new ChunkClient(transport, ClientConfig.DEFAULT.withRetries(RetryConfig.NONE));
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        cluster.close();
        transport.close();
    }

    private Receipt store(String server) throws IOException {
        ServerAddress address = cluster.address(server);
        return client.store(address, CHUNK, ChunkSource.of(BYTES), StoreOptions.DEFAULT);
    }

    private boolean has(String server) throws IOException {
        return cluster.server(server).stat(CHUNK).isPresent();
    }

    @Test
    void aStoreGoesWhereTheMasterSays() throws IOException {
        master.holders(cluster.server("a").self(), cluster.server("c").self());
        Receipt receipt = store("a");
        assertThat(receipt.members()).isEqualTo(2);
        assertThat(has("c")).isTrue();
        assertThat(has("b")).isFalse();
        assertThat(master.told(PlacementRequest.class)).singleElement().satisfies(asked -> {
            assertThat(asked.copies()).isZero();
            assertThat(asked.primary()).isEqualTo(cluster.server("a").self().id());
        });
    }

    @Test
    void aDeleteGoesThereToo() throws IOException {
        master.holders(cluster.server("a").self(), cluster.server("c").self());
        store("a");
        client.delete(cluster.address("a"), CHUNK, StoreOptions.DEFAULT);
        assertThat(has("a")).isFalse();
        assertThat(has("c")).isFalse();
    }

    @Test
    void aServerThatIsNoneOfThemStoresNothingAndNamesThem() throws IOException {
        master.holders(cluster.server("b").self(), cluster.server("c").self());
        assertThatThrownBy(() -> store("a"))
                .isInstanceOf(ChunkServerException.Conflict.class)
                .hasMessageContaining("b at")
                .hasMessageContaining("c at");
        assertThatThrownBy(() -> client.delete(cluster.address("a"), CHUNK, StoreOptions.DEFAULT))
                .isInstanceOf(ChunkServerException.Conflict.class);
        assertThat(has("a") || has("b") || has("c")).isFalse();
    }

    @Test
    void withoutAnAnswerOfTheMasterNothingIsStored() throws IOException {
        master.holders(cluster.server("a").self());
        master.refuse(Failure.of(ErrorCode.UNREACHABLE, "gone"));
        assertThatThrownBy(() -> store("a")).hasMessageContaining("gone");
        assertThat(has("a")).isFalse();
    }

    /** It shares the server with each other store that may be under way, as those do whose members are several. */
    @Test
    void whatAMasterHasPlacedOnThisServerAloneIsNotPlacedAgain() throws IOException {
        master.holders(cluster.server("a").self(), cluster.server("c").self());
        StoreOptions placed = StoreOptions.DEFAULT.withPlacementEpoch(1);
        Receipt receipt = client.store(cluster.address("a"), CHUNK, ChunkSource.of(BYTES), placed);
        assertThat(receipt.members()).isOne();
        assertThat(client.delete(cluster.address("a"), CHUNK, placed.withPlacementEpoch(0))
                        .members())
                .isOne();
        assertThat(master.told(PlacementRequest.class)).isEmpty();

        knowsOfLeader("a", 2);
        assertThatExceptionOfType(ChunkServerException.Conflict.class)
                .isThrownBy(() -> client.store(cluster.address("a"), CHUNK, ChunkSource.of(BYTES), placed))
                .satisfies(stale -> assertThat(stale.code()).isEqualTo(ErrorCode.STALE_EPOCH));
    }

    private Receipt storePlacedIn(long epoch) throws IOException {
        return client.store(cluster.address("a"), CHUNK, ChunkSource.of(BYTES), placedIn(epoch));
    }

    private StoreOptions placedIn(long epoch) {
        return StoreOptions.DEFAULT.withReplicas(List.of(cluster.address("b"))).withPlacementEpoch(epoch);
    }

    private void knowsOfLeader(String server, long epoch) {
        cluster.server(server).followMasters(List.of(new KnownMaster("m:1", master)), epoch);
    }

    @Test
    void whatAReplacedMasterHasToldAClientIsRefusedByThePrimary() throws IOException {
        storePlacedIn(4);
        knowsOfLeader("a", 5);
        assertIsStale(() -> storePlacedIn(4));
        assertIsStale(() -> client.delete(cluster.address("a"), CHUNK, placedIn(4)));
        assertThat(has("a")).isTrue();
        storePlacedIn(5);
        storePlacedIn(0);
        client.delete(cluster.address("a"), CHUNK, placedIn(5));
        assertThat(has("a")).isFalse();
    }

    @Test
    void whatAReplacedMasterHasToldAClientIsRefusedByAnotherMember() throws IOException {
        storePlacedIn(4);
        knowsOfLeader("b", 5);
        assertIsStale(() -> storePlacedIn(4));
        assertIsStale(() -> client.delete(cluster.address("a"), CHUNK, placedIn(4)));
        assertThat(storePlacedIn(5).version()).isEqualTo(new ChunkVersion(2));
        cluster.assertNothingLeftBehind();
    }

    private static void assertIsStale(ThrowingCallable call) {
        assertThatExceptionOfType(ChunkServerException.Conflict.class)
                .isThrownBy(call)
                .satisfies(stale -> assertThat(stale.code()).isEqualTo(ErrorCode.STALE_EPOCH))
                .withMessageContaining("placed#0")
                .withMessageContaining("epoch 4");
    }

    @Test
    void serversThatAreNamedAreTaken() throws IOException {
        Receipt receipt = client.store(
                cluster.address("a"),
                CHUNK,
                ChunkSource.of(BYTES),
                StoreOptions.DEFAULT.withReplicas(List.of(cluster.address("b"))));
        assertThat(receipt.members()).isEqualTo(2);
        assertThat(has("b")).isTrue();
        assertThat(master.told(PlacementRequest.class)).isEmpty();
    }
}
