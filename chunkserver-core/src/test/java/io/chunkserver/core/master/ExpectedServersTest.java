package io.chunkserver.core.master;

import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.ClusterStatus;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.testkit.NaiveServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * After a power cut half of the servers are up at once, and those that have a chunk come minutes later: a store that went to the first ones
 * meanwhile would be older than what the others have, and be removed.
 */
class ExpectedServersTest {

    private static final ChunkId CHUNK = new ChunkId("/chunk", 0);
    private static final ChunkId STORED = new ChunkId("/stored", 0);
    private static final int EXPECTED = 4;
    private static final int MINUTES = 100;

    private final ClusterMaster master = new ClusterMaster(
            "m",
            MasterConfig.DEFAULT.withReplication(2).withExpectedServers(EXPECTED),
            DistanceMetric.EUCLIDEAN,
            new SplittableRandom(7));
    private final List<NaiveServer> early = Stream.of("a", "b", "c")
            .map(name -> new NaiveServer(name, Location.ORIGIN))
            .toList();
    private final NaiveServer late = new NaiveServer("late", Location.ORIGIN).with(version(STORED, 5, "w"));

    private void join(NaiveServer server) {
        get(master.register(server.registration()));
        server.fullReport().forEach(part -> get(master.report(part)));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static Failure failureOf(CompletionStage<?> stage) {
        try {
            throw new AssertionError("did not fail but answered " + get(stage));
        } catch (CompletionException e) {
            return ChunkServerException.from(e).failure();
        }
    }

    private List<HeartbeatReply> heard(int ticks, List<NaiveServer> servers) {
        List<HeartbeatReply> replies = new ArrayList<>();
        for (int i = 0; i < ticks; i++) {
            master.tick();
            while (master.runOnce()) {
                // Goes on until it says that waiting is better.
            }
            servers.forEach(server -> replies.add(get(master.heartbeat(server.heartbeat(0)))));
        }
        return replies;
    }

    private PlacementRequest placement(ChunkId chunk) {
        return new PlacementRequest(chunk, 1, 2, null, Set.of());
    }

    private static void assertWaits(Failure failure) {
        assertThat(failure.code()).isEqualTo(ErrorCode.MASTER_STARTING);
        assertThat(failure.hint()).contains("4 servers").contains("3 have");
    }

    @Test
    void nothingIsPlacedOrMissedOrCopiedUntilSoManyServersHaveRegistered() {
        NaiveServer first = early.get(0).with(version(CHUNK, 1, "w"));
        early.forEach(this::join);
        assertThat(heard(MINUTES, early)).flatExtracting(HeartbeatReply::orders).isEmpty();

        assertWaits(failureOf(master.place(placement(STORED))));
        assertWaits(failureOf(master.place(placement(CHUNK))));
        assertWaits(failureOf(master.locate(STORED, null)));
        assertWaits(failureOf(master.list("", null, 10)));
        assertThat(get(master.locate(CHUNK, null)).members())
                .as("what is known is told")
                .containsExactly(first.registration().member());
        assertThat(get(master.status()).settled()).isFalse();

        join(late);
        List<NaiveServer> all = new ArrayList<>(early);
        all.add(late);
        assertThat(heard(2, all)).flatExtracting(HeartbeatReply::orders).isNotEmpty();
        assertThat(get(master.status()).settled()).isTrue();
        assertThat(get(master.place(placement(STORED))).version()).isEqualTo(new ChunkVersion(5));
    }

    /** That it has registered says nothing of what it has; what others told of goes on, and so does all when it does not tell. */
    @Test
    void whatOneMayHaveThatHasNotToldYetIsNotTakenForNew() {
        NaiveServer first = early.get(0).with(version(CHUNK, 1, "w"));
        early.forEach(this::join);
        heard(MINUTES, early);
        get(master.register(late.registration()));
        Failure refused = failureOf(master.place(placement(STORED)));
        assertThat(refused.code()).isEqualTo(ErrorCode.MASTER_STARTING);
        assertThat(get(master.place(placement(CHUNK))).members())
                .contains(first.registration().member());

        late.fullReport().forEach(part -> get(master.report(part)));
        assertThat(get(master.place(placement(STORED))).version()).isEqualTo(new ChunkVersion(5));

        NaiveServer silent = new NaiveServer("silent", Location.ORIGIN);
        get(master.register(silent.registration()));
        List<NaiveServer> all = new ArrayList<>(early);
        all.add(late);
        all.add(silent);
        heard(MasterConfig.DEFAULT.grace(), all);
        assertThat(get(master.place(placement(new ChunkId("/new", 0)))).version())
                .isEqualTo(ChunkVersion.NONE);
    }

    /** One that died since was there: what it had was told. */
    @Test
    void oneThatIsGoneAgainIsNotWaitedFor() {
        early.forEach(this::join);
        join(late);
        heard(MINUTES, early);
        assertThat(get(master.status()).settled()).isTrue();
        assertThat(failureOf(master.locate(STORED, null)).code()).isEqualTo(ErrorCode.UNREACHABLE);
        assertThat(get(master.place(placement(CHUNK))).members()).hasSize(2);
    }

    @Test
    void noMoreAreExpectedThanAMasterKnows() {
        for (int wrong : new int[] {-1, ClusterStatus.MAX_MEMBERS + 1}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> MasterConfig.DEFAULT.withExpectedServers(wrong))
                    .withMessageContaining(String.valueOf(wrong));
        }
    }
}
