package io.chunkserver.core.master;

import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.testkit.NaiveServer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * In a large cluster there is always a server that has just been started. The master looks at all chunks for its sake, and must come to
 * what the others lack all the same.
 */
class RegisteredAgainTest {

    /** So many that the master does not get through them in the steps that it does between two registrations. */
    private static final int CHUNKS = 5_000;

    private static final int STEPS = 2;
    private static final int LONG_ENOUGH = 20;
    private static final ChunkId LATE = new ChunkId("/z", 0);

    private final MasterConfig config = MasterConfig.DEFAULT.withReplication(2);
    private final ClusterMaster master =
            new ClusterMaster("m", config, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));
    private final NaiveServer full = server("full");
    private final NaiveServer second = server("second");
    private final NaiveServer lost = server("lost");
    private final NaiveServer restless = server("restless");

    private static NaiveServer server(String name) {
        NaiveServer server = new NaiveServer(name, Location.ORIGIN);
        server.limitTo(Long.MAX_VALUE);
        return server;
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private void join(NaiveServer server) {
        get(master.register(server.registration()));
        server.fullReport().forEach(part -> get(master.report(part)));
    }

    /** An interval in which so many steps are done and these servers send heartbeats. The orders that they get. */
    private List<Order> interval(int steps, NaiveServer... alive) {
        master.tick();
        for (int step = 0; step < steps && master.runOnce(); step++) {
            // Until there is nothing to do, or no time.
        }
        List<HeartbeatReply> replies = new ArrayList<>();
        for (NaiveServer server : alive) {
            replies.add(get(master.heartbeat(server.heartbeat(0))));
        }
        return replies.stream().flatMap(reply -> reply.orders().stream()).toList();
    }

    @Test
    void aChunkLateInTheOrderGetsItsCopyThoughServersRegisterAgainAndAgain() {
        for (int i = 0; i < CHUNKS; i++) {
            full.with(version(new ChunkId("/a", i), 1, "w"));
            second.with(version(new ChunkId("/a", i), 1, "w"));
        }
        full.with(version(LATE, 1, "w"));
        lost.with(version(LATE, 1, "w"));
        List.of(full, second, lost, restless).forEach(this::join);
        for (int i = 0; i < LONG_ENOUGH; i++) {
            assertThat(interval(Integer.MAX_VALUE, full, second, lost, restless))
                    .as("orders while nothing is lacking")
                    .isEmpty();
        }

        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < config.deadAfter() + LONG_ENOUGH; i++) {
            restless.restart();
            join(restless);
            orders.addAll(interval(STEPS, full, second, restless));
        }

        assertThat(orders).extracting(Order::chunk).contains(LATE);
    }

    /** One that fails at its start, and is started anew each time. */
    @Test
    void aServerThatRegistersAgainAndAgainAndNeverTellsWhatItHasIsNotWaitedFor() {
        full.with(version(LATE, 1, "w"));
        List.of(full, second).forEach(this::join);

        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < LONG_ENOUGH; i++) {
            restless.restart();
            get(master.register(restless.registration()));
            orders.addAll(interval(Integer.MAX_VALUE, full, second));
        }

        assertThat(orders).extracting(Order::chunk).contains(LATE);
        assertThat(get(master.list("", null, 1))).hasSize(1);
    }
}
