package io.chunkserver.core.master;

import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.testkit.NaiveServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A master that leads only while it is elected. */
class ElectedMasterTest {

    private static final ChunkId CHUNK = new ChunkId("/f", 0);
    private static final MasterConfig CONFIG = MasterConfig.DEFAULT;
    private static final PlacementRequest PLACEMENT = new PlacementRequest(CHUNK, 1, 3, null, Set.of());

    private final ClusterMaster master =
            new ClusterMaster("m", CONFIG, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));
    private final List<NaiveServer> servers = Stream.of("a", "b", "c", "d")
            .map(name -> new NaiveServer(name, Location.ORIGIN))
            .toList();

    @BeforeEach
    void standBy() {
        master.standBy();
    }

    /** Three of four servers have the chunk; then one of the three dies. */
    private List<NaiveServer> chunkWithALostCopy() {
        servers.subList(0, 3).forEach(server -> server.with(version(CHUNK, 1, "w")));
        for (NaiveServer server : servers) {
            get(master.register(server.registration()));
            server.fullReport().forEach(part -> get(master.report(part)));
        }
        List<NaiveServer> living = servers.subList(1, 4);
        pass(CONFIG.grace() + CONFIG.deadAfter() + 1, living);
        return living;
    }

    private List<HeartbeatReply> pass(int ticks, List<NaiveServer> heard) {
        List<HeartbeatReply> replies = new ArrayList<>();
        for (int i = 0; i < ticks; i++) {
            master.tick();
            while (master.runOnce()) {
                // Goes on until it says that waiting is better.
            }
            heard.forEach(server -> replies.add(get(master.heartbeat(server.heartbeat(0)))));
        }
        return replies;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private ClusterStatus status() {
        return get(master.status());
    }

    @Test
    void oneThatStandsByGivesNoOrdersButKnowsWhatIsLacking() {
        List<NaiveServer> living = chunkWithALostCopy();
        assertThat(pass(10, living)).containsOnly(new HeartbeatReply(true, List.of()));
        assertThat(status().underReplicated()).isOne();
        assertThat(status().leading()).isFalse();
        assertThat(get(master.locate(CHUNK, null)).members()).hasSize(2);
    }

    @Test
    void oneThatIsElectedTakesOverWithTheNextHeartbeat() {
        List<NaiveServer> living = chunkWithALostCopy();
        master.lead(42);
        List<HeartbeatReply> replies = pass(1, living);
        assertThat(replies).extracting(HeartbeatReply::epoch).containsOnly(42L);
        assertThat(replies).flatExtracting(HeartbeatReply::orders).hasSize(1);
        assertThat(status().leading()).isTrue();
        assertThat(status().epoch()).isEqualTo(42);
        assertThat(get(master.place(PLACEMENT)).epoch()).isEqualTo(42);
    }

    @Test
    void ordersThatWaitWhenItIsReplacedAreNeverGiven() {
        List<NaiveServer> living = chunkWithALostCopy();
        master.lead(42);
        master.tick();
        while (master.runOnce()) {
            // The order is planned, and waits for a heartbeat.
        }
        master.standBy();
        assertThat(pass(3, living)).flatExtracting(HeartbeatReply::orders).isEmpty();
        master.lead(43);
        assertThat(pass(1, living)).flatExtracting(HeartbeatReply::orders).hasSize(1);
    }

    @Test
    void onlyTheOneThatLeadsPlacesChunks() {
        chunkWithALostCopy();
        assertThatThrownBy(() -> get(master.place(PLACEMENT)))
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.Unavailable.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_LEADING));
        master.lead(1);
        assertThat(get(master.place(PLACEMENT)).members()).isNotEmpty();
    }

    @Test
    void whatTheLeaderBeforeMayHavePlacedAMomentAgoIsNotPlacedAgain() {
        List<NaiveServer> living = chunkWithALostCopy();
        master.lead(42);
        PlacementRequest another = new PlacementRequest(new ChunkId("/g", 0), 1, 3, null, Set.of());
        pass(CONFIG.grace() - 1, living);
        assertThat(get(master.place(PLACEMENT)).members()).isNotEmpty();
        assertStarting(another);
        pass(1, living);
        assertThat(get(master.place(another)).members()).hasSize(3);
    }

    /** Who excluded another one may store on what the leader before named, of which this one knows that it shares those with the chunk. */
    @Test
    void oneThatTookOverAMomentAgoLeavesOutNoServerThatHasTheChunk() {
        List<NaiveServer> living = chunkWithALostCopy();
        NaiveServer holder = servers.get(1);
        PlacementRequest without = new PlacementRequest(CHUNK, 1, 3, null, Set.of(holder.id()));
        master.lead(42);
        assertThat(get(master.place(without)).members()).contains(holder.member());
        pass(CONFIG.grace(), living);
        assertThat(get(master.place(without)).members()).doesNotContain(holder.member());
    }

    private void assertStarting(PlacementRequest request) {
        assertThatThrownBy(() -> get(master.place(request)))
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.Unavailable.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.MASTER_STARTING));
    }

    /** What the leader before placed there first of all is not known to anybody else yet either. */
    @Test
    void alsoWhereTheClusterHadNoChunks() {
        for (NaiveServer server : servers) {
            get(master.register(server.registration()));
            server.fullReport().forEach(part -> get(master.report(part)));
        }
        pass(CONFIG.grace(), servers);
        master.lead(42);
        assertStarting(PLACEMENT);
        pass(CONFIG.grace(), servers);
        assertThat(get(master.place(PLACEMENT)).members()).hasSize(3);
    }

    /** The first servers to join one that was started again may be new, and those with the chunk still on their way. */
    @Test
    void oneThatWasJustStartedPlacesNothingThoughOnlyEmptyServersHaveJoined() {
        ClusterMaster fresh = new ClusterMaster("m", CONFIG, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));
        for (NaiveServer server : servers) {
            get(fresh.register(server.registration()));
            server.fullReport().forEach(part -> get(fresh.report(part)));
            get(fresh.heartbeat(server.heartbeat(0)));
        }
        assertThatThrownBy(() -> get(fresh.place(PLACEMENT)))
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.Unavailable.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.MASTER_STARTING));
    }

    /** A process that was stopped learns late that another was elected; until it knows better it says nothing that needs a leader. */
    @Test
    void whileItsLeadershipIsNotConfirmedItDoesAsOneThatStandsBy() {
        List<NaiveServer> living = chunkWithALostCopy();
        AtomicBoolean confirmed = new AtomicBoolean(true);
        master.lead(42, confirmed::get);
        assertThat(get(master.place(PLACEMENT)).members()).isNotEmpty();

        confirmed.set(false);
        assertThatThrownBy(() -> get(master.place(PLACEMENT)))
                .cause()
                .isInstanceOfSatisfying(
                        ChunkServerException.Unavailable.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.NOT_LEADING));
        assertThat(pass(1, living)).containsOnly(new HeartbeatReply(true, List.of()));
        assertThat(status().leading()).isFalse();

        confirmed.set(true);
        assertThat(pass(1, living)).flatExtracting(HeartbeatReply::orders).hasSize(1);
        assertThat(get(master.place(PLACEMENT)).members()).isNotEmpty();
    }

    @Test
    void anEpochIsAboveZero() {
        assertThatIllegalArgumentException().isThrownBy(() -> master.lead(0));
    }
}
