package io.chunkserver.core.master;

import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.testkit.NaiveServer;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A master remembers where so many chunks go, of which none may be one whose store it was told of. */
class PlacementRoomTest {

    private final MasterConfig config = MasterConfig.DEFAULT;
    private final ClusterMaster master =
            new ClusterMaster("m", config, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));
    private final NaiveServer server = new NaiveServer("a", Location.ORIGIN);

    @BeforeEach
    void settle() {
        server.limitTo(Long.MAX_VALUE);
        get(master.register(server.registration()));
        server.fullReport().forEach(part -> get(master.report(part)));
        for (int tick = 0; tick <= config.grace(); tick++) {
            master.tick();
            get(master.heartbeat(server.heartbeat(0)));
        }
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static ChunkId chunk(int index) {
        return new ChunkId("/small", index);
    }

    private CompletionStage<ChunkCopies> place(int index) {
        return master.place(new PlacementRequest(chunk(index), 1, 1, null, Set.of()));
    }

    private static void forAllThatAreRemembered(IntConsumer action) {
        IntStream.range(0, Placements.MAX_REMEMBERED).forEach(action);
    }

    @Test
    void storesOfOneCopyThatWereReportedLeaveRoomForOthers() {
        forAllThatAreRemembered(index -> {
            get(place(index));
            server.with(version(chunk(index), 1, "w"));
            get(master.report(server.changes(List.of(chunk(index)))));
        });
        forAllThatAreRemembered(index -> get(place(Placements.MAX_REMEMBERED + index)));
        assertThat(place(2 * Placements.MAX_REMEMBERED))
                .as("one more than is remembered")
                .isCompletedExceptionally();
    }

    /** Who sends a store that is placed to a server which places it once more takes the room of one that never ends. */
    @Test
    void aStoreThatIsPlacedTwiceIsWaitedForAsTwoAre() {
        forAllThatAreRemembered(index -> {
            get(place(index));
            get(place(index));
            server.with(version(chunk(index), 1, "w"));
            get(master.report(server.changes(List.of(chunk(index)))));
        });
        assertThat(place(Placements.MAX_REMEMBERED)
                        .handle((place, refused) ->
                                ChunkServerException.from(refused).code()))
                .isCompletedWithValue(ErrorCode.OVERLOADED);
    }
}
