package io.chunkserver.runner.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.ChunkServerConfig;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.Transport;
import io.chunkserver.transport.client.ChunkClient;
import io.chunkserver.transport.client.ChunkSource;
import io.chunkserver.transport.client.ClientConfig;
import io.chunkserver.transport.client.MasterClient;
import io.chunkserver.transport.client.StoreOptions;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import io.chunkserver.transport.server.EndpointConfig;
import io.chunkserver.transport.server.MasterEndpoint;
import io.chunkserver.transport.testkit.Cluster;
import io.chunkserver.transport.testkit.FakeMaster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a store is tried without after it failed, and when a master is asked again. */
class PlacedServersTest {

    private static final Member PRIMARY = member("a", 7000);
    private static final Member SECOND = member("b", 7001);
    private static final Member THIRD = member("c", 70010);
    private static final List<Member> MEMBERS = List.of(PRIMARY, SECOND, THIRD);

    private static final ChunkId CHUNK = new ChunkId("file", 0);

    /** Answers with the epoch of the placement, and refuses those of this list. */
    private static Long storeUnless(List<Long> stale, StoreTarget target) throws IOException {
        StoreOptions options = target.options(Attributes.NONE);
        if (stale.contains(options.placementEpoch())) {
            throw Failure.of(ErrorCode.STALE_EPOCH, "epoch " + options.placementEpoch() + " is over")
                    .toException();
        }
        return options.placementEpoch();
    }

    @Test
    void aMasterIsAskedAgainWhenTheOneThatNamedTheServersWasReplacedAndNoServerIsPassedBy() throws IOException {
        try (AskedMaster asked = new AskedMaster()) {
            asked.master.lead(4);
            Long epoch = asked.placed.write(CHUNK, 1, target -> {
                asked.master.lead(5);
                return storeUnless(List.of(4L), target);
            });
            assertThat(epoch).isEqualTo(5);
            assertThat(asked.master.told(PlacementRequest.class))
                    .hasSize(2)
                    .allSatisfy(request -> assertThat(request.excluded()).isEmpty());
        }
    }

    @Test
    void aMasterThatIsAlwaysBehindIsNotAskedForEver() throws IOException {
        try (AskedMaster asked = new AskedMaster()) {
            asked.master.lead(4);
            assertThatExceptionOfType(ChunkServerException.Conflict.class)
                    .isThrownBy(() -> asked.placed.write(CHUNK, 1, target -> storeUnless(List.of(4L), target)))
                    .withMessageContaining("epoch 4 is over");
            assertThat(asked.master.told(PlacementRequest.class)).hasSize(3);
        }
    }

    /** A second time is a second store that may be under way, for which the master would wait until it forgets it by age. */
    @Test
    void aStoreOrDeleteOnOneServerIsPlacedOnce(@TempDir Path root) throws IOException {
        try (AskedMaster asked = new AskedMaster();
                Cluster cluster = new Cluster(root, () -> new LoopbackTransport(asked.network));
                ChunkClient client = new ChunkClient(asked.transport, ClientConfig.DEFAULT)) {
            cluster.start("a", 0, ChunkServerConfig.DEFAULT);
            ChunkServer server = cluster.server("a");
            server.followMasters(List.of(new KnownMaster("m:1", asked.master)), 0);
            asked.master.holders(server.self());

            Receipt stored = asked.placed.write(
                    CHUNK,
                    1,
                    target -> client.store(
                            target.primary(), CHUNK, ChunkSource.of(new byte[1]), target.options(Attributes.NONE)));
            assertThat(stored.members()).isOne();
            assertThat(asked.master.told(PlacementRequest.class)).hasSize(1);

            asked.placed.write(
                    CHUNK, 0, target -> client.delete(target.primary(), CHUNK, target.options(Attributes.NONE)));
            assertThat(server.stat(CHUNK)).isEmpty();
            assertThat(asked.master.told(PlacementRequest.class)).hasSize(2);
        }
    }

    /** A master behind its endpoint, and who asks it. */
    private static final class AskedMaster implements AutoCloseable {

        private final FakeMaster master = new FakeMaster("m");
        private final LoopbackNetwork network = new LoopbackNetwork(ForkJoinPool.commonPool());
        private final Transport transport = new LoopbackTransport(network);
        private final MasterEndpoint endpoint;
        private final MasterClient client;
        private final PlacedServers placed;

        AskedMaster() throws IOException {
            endpoint = MasterEndpoint.open(
                    master, transport, new ServerAddress("127.0.0.1", 0), null, EndpointConfig.DEFAULT);
            client = new MasterClient(transport, List.of(endpoint.address()), ClientConfig.DEFAULT);
            placed = new PlacedServers(client, 0, null, null, Duration.ofSeconds(20));
            master.holders(PRIMARY, SECOND);
        }

        @Override
        public void close() {
            client.close();
            endpoint.close();
            transport.close();
        }
    }

    private static Member member(String name, int port) {
        return new Member(new ServerId(name), "127.0.0.1:" + port, Location.ORIGIN);
    }

    private static Failure unreachable(Member whom) {
        return Failure.of(ErrorCode.UNREACHABLE, "no connection to " + whom.address() + ": connection refused");
    }

    @Test
    void theOneThatThePrimaryDoesNotReachIsAtFaultAndNotThePrimaryThatSaysSo() {
        assertThat(PlacedServers.culprit(unreachable(SECOND).at(PRIMARY.id()), MEMBERS))
                .isEqualTo(SECOND.id());
        assertThat(PlacedServers.culprit(unreachable(THIRD).at(PRIMARY.id()), MEMBERS))
                .as("an address that begins as another one does")
                .isEqualTo(THIRD.id());
    }

    @Test
    void thePrimaryIsAtFaultWhenItIsNotReachedItself() {
        assertThat(PlacedServers.culprit(unreachable(PRIMARY), MEMBERS)).isEqualTo(PRIMARY.id());
    }

    @Test
    void theServerThatTheFailureNamesIsAtFaultOtherwise() {
        Failure full = Failure.insufficientSpace(10, 5).at(THIRD.id());
        assertThat(PlacedServers.culprit(full, MEMBERS)).isEqualTo(THIRD.id());
        assertThat(PlacedServers.culprit(Failure.of(ErrorCode.TIMEOUT, "too late"), MEMBERS))
                .isEqualTo(PRIMARY.id());
    }
}
