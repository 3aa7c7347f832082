package io.chunkserver.core.master;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.Incarnation;
import io.chunkserver.core.membership.MemberStatus.Liveness;
import io.chunkserver.core.membership.Registration;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.DistanceMetric;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.space.SpaceSnapshot;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server that sends heartbeats less often than its master expects them misses none by that. */
class HeartbeatIntervalTest {

    private static final MasterConfig CONFIG = MasterConfig.DEFAULT.withHeartbeatInterval(Duration.ofSeconds(5));

    private final ClusterMaster master =
            new ClusterMaster("m", CONFIG, DistanceMetric.EUCLIDEAN, new SplittableRandom(7));

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 1", "5000, 1", "5001, 2", "15000, 3", "9223372036854775807, 1000"})
    void isWaitedForAsManyOfItsOwnHeartbeatsAsAnyOther(long intervalMillis, int ticksPerHeartbeat) {
        Incarnation run = new Incarnation(new ServerId("a"), new UUID(0, 1), 1);
        Member member = new Member(run.id(), "h:1", Location.ORIGIN);
        master.register(new Registration(run, member, 1, 1000, 100, Duration.ofMillis(intervalMillis)))
                .toCompletableFuture()
                .join();
        // From elsewhere: a server that has moved sends them as often as before.
        master.heartbeat(new Heartbeat(
                        run, new Location(1, 1), ServerState.READY, "", new SpaceSnapshot(1000, 0, 0, 1000), 0, 0, 0))
                .toCompletableFuture()
                .join();

        int suspect = CONFIG.suspectAfter() * ticksPerHeartbeat + 1;
        int dead = CONFIG.deadAfter() * ticksPerHeartbeat + 1;
        for (int tick = 1; tick <= dead + 1; tick++) {
            master.tick();
            assertThat(liveness())
                    .as("after %d ticks", tick)
                    .isEqualTo(tick < suspect ? Liveness.LIVE : tick < dead ? Liveness.SUSPECT : Liveness.DEAD);
        }
    }

    private Liveness liveness() {
        return master.status().toCompletableFuture().join().members().get(0).liveness();
    }
}
