package io.chunkserver.core.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrderFenceTest {

    private static final Order ORDER = new Order.Remove(
            new ChunkId("/f", 0),
            new ChunkVersion(1),
            new TransactionId("w", 0, 1),
            List.of(new Member(new ServerId("b"), "b:1", Location.ORIGIN)));

    private final OrderFence fence = new OrderFence();

    private boolean admits(long epoch, Order... orders) {
        return fence.admits(new HeartbeatReply(true, epoch, List.of(orders)));
    }

    @Test
    void mastersThatAreNotElectedAreAllFollowed() {
        assertThat(admits(0, ORDER)).isTrue();
        assertThat(admits(0)).isTrue();
    }

    @Test
    void anOlderLeaderIsRefusedAfterANewerOneHasSpoken() {
        assertThat(admits(5, ORDER)).isTrue();
        assertThat(admits(9)).isTrue();
        assertThat(admits(5, ORDER)).isFalse();
        assertThat(admits(5)).as("a claim to lead, even without orders").isFalse();
        assertThat(admits(9, ORDER)).isTrue();
        assertThat(admits(10, ORDER)).isTrue();
    }

    @Test
    void anOlderLeaderIsRefusedAfterANewerOneWasToldOf() {
        fence.saw(9);
        fence.saw(3);
        assertThat(admits(8, ORDER)).isFalse();
        assertThat(admits(9, ORDER)).isTrue();
    }

    @Test
    void placementsOfAnOlderLeaderAreRefusedAndThoseOfANewerCloseTheFence() {
        assertThat(fence.admits(placedIn(5))).isTrue();
        assertThat(fence.admits(placedIn(9))).isTrue();
        assertThat(fence.admits(placedIn(5))).isFalse();
        assertThat(fence.admits(placedIn(9))).isTrue();
        assertThat(admits(5, ORDER)).isFalse();
        assertThat(fence.admits(placedIn(0))).as("one that does not tell").isTrue();
    }

    @Test
    void whatAClientTellsOfAPlacementIsComparedAndNotBelieved() {
        fence.saw(5);
        assertThat(fence.admitsPlacement(4)).isFalse();
        assertThat(fence.admitsPlacement(5)).isTrue();
        assertThat(fence.admitsPlacement(0)).as("one that does not tell").isTrue();
        assertThat(fence.admitsPlacement(1_000)).isTrue();
        assertThat(fence.admitsPlacement(5)).as("the real leader's, after that").isTrue();
    }

    private static ChunkCopies placedIn(long epoch) {
        List<Member> members = List.of(new Member(new ServerId("b"), "b:1", Location.ORIGIN));
        return new ChunkCopies(ORDER.chunk(), ORDER.version(), members, epoch);
    }

    @Test
    void oneThatStandsByMayAnswerAndOneThatWasNeverElectedMayNotOrder() {
        fence.saw(9);
        assertThat(admits(0)).isTrue();
        assertThat(admits(0, ORDER)).isFalse();
    }
}
