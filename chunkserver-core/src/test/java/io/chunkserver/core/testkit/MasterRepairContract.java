package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.NaiveServer.tombstone;
import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.HeartbeatReply;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is ordered so that every chunk keeps its copies, and what never is. */
interface MasterRepairContract extends MasterSteps {

    @Test
    default void aDeadServersCopiesAreMadeAnew() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        Map<ServerId, List<Order>> orders = pass(DEAD_AFTER + 1, all.subList(1, 4));

        assertThat(orders.get(all.get(1).id())).isEmpty();
        assertThat(orders.get(all.get(2).id())).isEmpty();
        assertThat(orders.get(all.get(3).id())).hasSize(1);
        Order.Copy copy = (Order.Copy) orders.get(all.get(3).id()).get(0);
        assertThat(copy.chunk()).isEqualTo(CHUNK);
        assertThat(copy.version().number()).isOne();
        assertThat(copy.transaction()).isEqualTo(version(CHUNK, 1, "w").transaction());
        assertThat(copy.tombstone()).isFalse();
        assertThat(copy.sources())
                .containsExactlyInAnyOrder(all.get(1).member(), all.get(2).member());
    }

    @Test
    default void aChunkWithEnoughCopiesIsLeftAlone() {
        List<NaiveServer> all = settled(5);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        assertNothingOrdered(pass(10, all));
    }

    @Test
    default void aSmallClusterIsNotForeverAtWorkAndSaysThatItsChunksLackCopies() {
        List<NaiveServer> all = settled(2);
        all.forEach(server -> store(server, version(CHUNK, 1, "w")));
        assertNothingOrdered(pass(10, all));
        assertThat(get(master().status()).underReplicated()).isOne();
    }

    @Test
    default void aStoreWhoseMembersReportOneAfterTheOtherGetsNoOrders() {
        List<NaiveServer> all = settled(5);
        store(all.get(0), version(CHUNK, 1, "w"));
        plan();
        all.forEach(server -> assertThat(beat(server)).isEmpty());
        all.subList(1, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        assertNothingOrdered(pass(10, all));
    }

    @Test
    default void aMasterThatHasJustStartedOrdersNothingForLackOfCopies() {
        List<NaiveServer> all = servers(4);
        store(all.get(0), version(CHUNK, 2, "w"));
        assertNothingOrdered(pass(3, all));
        assertThat(pass(3, all).values().stream().flatMap(List::stream)).hasSize(2);
    }

    @Test
    default void chunksWithTheFewestCopiesComeFirst() {
        List<NaiveServer> all = settled(4);
        List<Order> orders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            ChunkId chunk = new ChunkId("/f", i);
            for (NaiveServer server : all.subList(0, i % 2 == 0 ? 2 : 1)) {
                store(server, version(chunk, 1, "w"));
            }
        }
        tick();
        all.forEach(this::beat);
        tick();
        plan();
        orders.addAll(beat(all.get(3)));

        List<Integer> copies =
                orders.stream().map(order -> 2 - order.chunk().index() % 2).toList();
        assertThat(copies).contains(1, 2).isSorted();
    }

    @Test
    default void anOrderIsGivenOnceAsLongAsItMayBeUnderWayAndAgainWhenNothingComesOfIt() {
        List<NaiveServer> all = withAnOrderForTheLast();
        assertThat(ordersForTheLast(all, 20, 1)).isZero();
        assertThat(ordersForTheLast(all, 80, 1)).isBetween(1, 4);
    }

    @Test
    default void anOrderThatFailedOrNeverArrivedIsGivenAgainSoonButNotWithEveryHeartbeat() {
        List<NaiveServer> all = withAnOrderForTheLast();
        assertThat(ordersForTheLast(all, 2, 0)).isZero();
        assertThat(ordersForTheLast(all, 6, 0)).isBetween(1, 2);
    }

    private List<NaiveServer> withAnOrderForTheLast() {
        List<NaiveServer> all = settled(3);
        all.subList(0, 2).forEach(server -> store(server, version(CHUNK, 1, "w")));
        int ticks = 0;
        while (ordersForTheLast(all, 1, 0) == 0) {
            assertThat(ticks++).as("ticks without an order").isLessThan(8);
        }
        return all;
    }

    /** How many orders the last server is given in so many ticks, in which it says each time that it has so many open. */
    private int ordersForTheLast(List<NaiveServer> all, int ticks, int openOrders) {
        int given = 0;
        for (int i = 0; i < ticks; i++) {
            tick();
            plan();
            all.subList(0, all.size() - 1).forEach(this::beat);
            given += beat(all.get(all.size() - 1), openOrders).size();
        }
        return given;
    }

    @Test
    default void aServerIsNotGivenMoreThanAReplyHolds() {
        List<NaiveServer> all = settled(3);
        for (int i = 0; i < 3 * HeartbeatReply.MAX_ORDERS; i++) {
            all.get(0).with(version(new ChunkId("/f", i), 1, "w"));
        }
        reportAll(all.get(0));
        tick();
        all.forEach(this::beat);
        tick();
        plan();
        assertThat(beat(all.get(1))).hasSize(HeartbeatReply.MAX_ORDERS);
        plan();
        assertThat(beat(all.get(1))).isEmpty();
        assertThat(get(master().status()).members().get(1).openOrders()).isEqualTo(HeartbeatReply.MAX_ORDERS);
    }

    @Test
    default void aServerThatIsBehindIsBroughtUpToDateFirst() {
        List<NaiveServer> all = settled(6);
        store(all.get(5), version(CHUNK, 1, "w"));
        all.subList(0, 2).forEach(server -> store(server, version(CHUNK, 2, "w")));

        Map<ServerId, List<Order>> orders = pass(5, all);
        assertThat(orders.remove(all.get(5).id())).singleElement().isInstanceOf(Order.Copy.class);
        assertNothingOrdered(orders);
    }

    @Test
    default void aDeletionReachesEveryServerThatStillHasTheChunk() {
        List<NaiveServer> all = servers(6);
        all.forEach(server -> store(server, version(CHUNK, 1, "w")));
        store(all.get(0), tombstone(CHUNK, 2, "w"));

        // In the first ticks of a master, too: it was reported, so it is so.
        Map<ServerId, List<Order>> orders = pass(3, all);
        for (NaiveServer server : all.subList(1, 6)) {
            Order.Copy copy = (Order.Copy) orders.get(server.id()).get(0);
            assertThat(copy.tombstone()).isTrue();
            assertThat(copy.sources()).containsExactly(all.get(0).member());
        }
    }

    /** It was not heard for a moment, which is too short for it to be dead and long enough to miss what happened. */
    @Test
    default void aDeletionReachesAServerThatWasSuspectWhenItWasReported() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        pass(SUSPECT_AFTER, all.subList(1, 4));
        all.subList(1, 3).forEach(server -> store(server, tombstone(CHUNK, 2, "w")));
        plan();

        Map<ServerId, List<Order>> orders = pass(4, all);
        assertThat(orders.get(all.get(0).id()))
                .singleElement()
                .isInstanceOfSatisfying(
                        Order.Copy.class, copy -> assertThat(copy.tombstone()).isTrue());
    }

    /** It is a small version like any other: it protects from older copies only as long as somebody has it. */
    @Test
    default void aDeletionThatTooFewServersKnowOfIsCopiedToOthers() {
        List<NaiveServer> all = settled(5);
        store(all.get(0), tombstone(CHUNK, 2, "w"));

        List<Order> orders = new ArrayList<>();
        Map<ServerId, List<Order>> given = pass(5, all);
        assertThat(given.remove(all.get(0).id())).isEmpty();
        given.values().forEach(orders::addAll);
        assertThat(orders).hasSize(2).allSatisfy(order -> {
            Order.Copy copy = (Order.Copy) order;
            assertThat(copy.tombstone()).isTrue();
            assertThat(copy.version().number()).isEqualTo(2);
            assertThat(copy.sources()).containsExactly(all.get(0).member());
        });
    }

    /** Others may be on their way who know of them; those that cannot be told yet for lack of room change nothing about that. */
    @Test
    default void aMasterThatHasJustStartedTellsOfDeletionsThoseAloneThatMissedThem() {
        List<NaiveServer> all = servers(3);
        for (int i = 0; i < 2 * HeartbeatReply.MAX_ORDERS; i++) {
            store(all.get(1), version(new ChunkId("/f", i), 1, "w"));
            store(all.get(0), tombstone(new ChunkId("/f", i), 2, "w"));
        }
        Map<ServerId, List<Order>> orders = pass(3, all);
        assertThat(orders.get(all.get(1).id())).hasSize(HeartbeatReply.MAX_ORDERS);
        assertThat(orders.get(all.get(2).id())).isEmpty();
    }

    @Test
    default void aDeletionThatEnoughServersKnowOfIsLeftAlone() {
        List<NaiveServer> all = settled(6);
        all.subList(0, 4).forEach(server -> store(server, tombstone(CHUNK, 2, "w")));
        assertNothingOrdered(pass(10, all));
    }

    /** Those that knew of the deletion lose their disks one after the other, before the one comes back that missed it. */
    @Test
    default void aDeletedChunkDoesNotComeBackWithAServerThatMissedItsDeletion() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        pass(SUSPECT_AFTER, all.subList(1, 4));
        all.subList(1, 3).forEach(server -> store(server, tombstone(CHUNK, 2, "w")));
        follow(all, pass(5, all.subList(1, 4)));
        for (NaiveServer lost : all.subList(1, 3)) {
            pass(
                    DEAD_AFTER,
                    all.subList(1, 4).stream().filter(other -> other != lost).toList());
            lost.wipe();
            join(lost);
        }
        join(all.get(0));

        assertThat(codeOf(master().locate(CHUNK, null))).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
        Map<ServerId, List<Order>> orders = pass(5, all);
        assertThat(orders.get(all.get(0).id())).singleElement().isInstanceOf(Order.Copy.class);
        assertThat(orders.values().stream().flatMap(List::stream))
                .allMatch(order -> ((Order.Copy) order).tombstone())
                .allMatch(order -> ((Order.Copy) order)
                        .sources().stream()
                                .noneMatch(
                                        source -> source.id().equals(all.get(0).id())));
    }

    @Test
    default void chunksComeBeforeDeletionsThatTooFewServersKnowOf() {
        List<NaiveServer> all = settled(3);
        for (int i = 0; i < 20; i++) {
            ChunkId chunk = new ChunkId("/f", i);
            boolean deleted = i % 2 == 0;
            for (NaiveServer server : all.subList(0, deleted ? 1 : 2)) {
                store(server, deleted ? tombstone(chunk, 2, "w") : version(chunk, 1, "w"));
            }
        }
        tick();
        all.forEach(this::beat);
        tick();
        plan();

        List<Boolean> deletions = beat(all.get(2)).stream()
                .map(order -> ((Order.Copy) order).tombstone())
                .toList();
        assertThat(deletions).contains(true, false).isSorted();
    }

    /** Else a full cluster could not even delete. */
    @Test
    default void whatCannotBeCopiedForLackOfRoomHoldsNothingElseUp() {
        List<NaiveServer> all = settled(4);
        all.get(2).limitTo(NaiveServer.CHUNK_BYTES);
        all.get(3).limitTo(NaiveServer.CHUNK_BYTES);
        ChunkId deleted = new ChunkId("/deleted", 0);
        all.subList(2, 4).forEach(server -> store(server, version(deleted, 1, "w")));
        all.subList(0, 2).forEach(server -> store(server, tombstone(deleted, 2, "w")));
        all.subList(0, 2).forEach(server -> store(server, version(CHUNK, 1, "w")));

        Map<ServerId, List<Order>> orders = pass(4, all);
        for (NaiveServer full : all.subList(2, 4)) {
            assertThat(orders.get(full.id()))
                    .as("orders to " + full.id())
                    .singleElement()
                    .matches(order -> ((Order.Copy) order).tombstone());
        }
    }

    @Test
    default void nothingIsOrderedForAChunkInConflict() {
        List<NaiveServer> all = settled(6);
        store(all.get(0), version(CHUNK, 2, "w"));
        store(all.get(1), version(CHUNK, 2, "other"));
        store(all.get(2), version(CHUNK, 1, "w"));
        assertNothingOrdered(pass(10, all));
    }

    @Test
    default void anOrderThatBecameWrongIsNotGiven() {
        List<NaiveServer> all = settled(3);
        store(all.get(0), version(CHUNK, 1, "w"));
        tick();
        all.forEach(this::beat);
        tick();
        plan();
        store(all.get(1), version(CHUNK, 1, "other"));
        assertThat(beat(all.get(2))).isEmpty();
    }

    @Test
    default void aCopyThatIsNoLongerNeededIsNotGiven() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        pass(DEAD_AFTER - 1, all.subList(1, 4));
        tick();
        plan();
        beat(all.get(0));

        assertThat(beat(all.get(3))).isEmpty();
    }

    @Test
    default void aDrainedServersCopiesAreMadeElsewhereAndItIsNotNeededThen() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        assertThat(codeOf(master().needed(all.get(0).id())))
                .as("before it has said that it is drained")
                .isEqualTo(ErrorCode.BUSY);
        all.get(0).become(ServerState.DRAINING);
        beat(all.get(0));
        assertThat(get(master().needed(all.get(0).id()))).isOne();

        Map<ServerId, List<Order>> orders = pass(DEAD_AFTER + 1, all);
        Order.Copy copy = (Order.Copy) orders.get(all.get(3).id()).get(0);
        assertThat(copy.chunk()).isEqualTo(CHUNK);
        store(all.get(3), version(CHUNK, 1, "w"));
        assertThat(get(master().needed(all.get(0).id()))).isZero();
        assertThat(get(master().locate(CHUNK, null)).members())
                .as("it goes on serving")
                .contains(all.get(0).member());
    }

    @Test
    default void aDrainedServerIsNeededWhereNobodyElseCanTakeItsCopies() {
        List<NaiveServer> all = settled(3);
        all.forEach(server -> store(server, version(CHUNK, 1, "w")));
        all.get(0).become(ServerState.DRAINING);
        beat(all.get(0));
        assertNothingOrdered(pass(10, all));
        assertThat(get(master().needed(all.get(0).id()))).isOne();
    }

    /** Where fewer servers are left than there should be copies, they cannot know of it better than all of them do. */
    @Test
    default void aDrainedServerIsNeededForDeletionsThatOthersCanBeToldOf() {
        List<NaiveServer> all = settled(3);
        all.subList(0, 2).forEach(server -> store(server, tombstone(CHUNK, 2, "w")));
        all.get(0).become(ServerState.DRAINING);
        beat(all.get(0));
        assertThat(get(master().needed(all.get(0).id()))).isOne();

        follow(all, pass(DEAD_AFTER + 1, all));
        assertThat(all.get(2).disk()).containsKey(CHUNK);
        assertThat(get(master().needed(all.get(0).id()))).isZero();
    }

    @Test
    default void twoDrainedServersDoNotKeepAChunkForEachOther() {
        List<NaiveServer> all = settled(5);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        for (NaiveServer server : all.subList(0, 2)) {
            server.become(ServerState.DRAINING);
            beat(server);
        }
        store(all.get(3), version(CHUNK, 1, "w"));
        assertThat(get(master().needed(all.get(0).id()))).isOne();
        store(all.get(4), version(CHUNK, 1, "w"));
        assertThat(get(master().needed(all.get(0).id()))).isZero();
    }

    @Test
    default void aServerThatComesBackWithAnOlderDiskIsBroughtUpToDateAndNoGoodCopyIsTouched() {
        List<NaiveServer> all = settled(3);
        all.get(0).restart();
        join(all.get(0));
        all.forEach(server -> store(server, version(CHUNK, 2, "w")));
        pass(DEAD_AFTER, all.subList(1, 3));
        all.get(0).restartAt(1);
        all.get(0).with(version(CHUNK, 1, "w"));
        join(all.get(0));

        assertOnlyCopiedTo(all.get(0), pass(5, all));
    }

    @Test
    default void aServerThatComesBackWithAnEmptyDiskIsGivenItsCopiesAndNoGoodCopyIsTouched() {
        List<NaiveServer> all = settled(3);
        all.forEach(server -> store(server, version(CHUNK, 2, "w")));
        pass(DEAD_AFTER, all.subList(1, 3));
        all.get(0).wipe();
        join(all.get(0));

        assertOnlyCopiedTo(all.get(0), pass(5, all));
    }

    /** What it had is believed until it has told all that it has: copies that are there after all are not made in vain. */
    @Test
    default void aServerThatWasStartedAgainWithoutAChunkIsGivenItWhenItHasToldAll() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 2, "w")));
        pass(2, all);
        all.get(0).disk().clear();
        all.get(0).restart();
        get(master().register(all.get(0).registration()));
        assertNothingOrdered(pass(3, all));

        reportAll(all.get(0));
        assertThat(pass(2, all).values().stream().flatMap(List::stream))
                .singleElement()
                .isInstanceOf(Order.Copy.class);
    }

    /** It may have settled stores at its start that its masters were not told of. */
    @Test
    default void howMuchAServerIsNeededThatWasStartedAgainIsToldWhenItHasToldAllThatItHas() {
        List<NaiveServer> all = settled(3);
        NaiveServer drained = all.get(0);
        drained.become(ServerState.DRAINING);
        beat(drained);
        assertThat(get(master().needed(drained.id()))).isZero();
        drained.disk().put(CHUNK, version(CHUNK, 1, "w"));
        drained.restart();
        get(master().register(drained.registration()));
        beat(drained);
        assertThat(codeOf(master().needed(drained.id()))).isEqualTo(ErrorCode.BUSY);

        reportAll(drained);
        assertThat(get(master().needed(drained.id()))).isOne();
    }

    private void assertOnlyCopiedTo(NaiveServer server, Map<ServerId, List<Order>> orders) {
        assertThat(orders.remove(server.id())).singleElement().isInstanceOfSatisfying(Order.Copy.class, copy -> {
            assertThat(copy.version().number()).isEqualTo(2);
            assertThat(copy.sources())
                    .isNotEmpty()
                    .noneMatch(source -> source.id().equals(server.id()));
        });
        assertNothingOrdered(orders);
    }

    @Test
    default void nobodyCanSayHowMuchAnUnknownServerIsNeeded() {
        assertThat(codeOf(master().needed(new ServerId("nobody")))).isEqualTo(ErrorCode.NOT_REGISTERED);
    }

    @Test
    default void whatIsOrderedCountsAsTaken() {
        List<NaiveServer> all = settled(3);
        all.get(2).limitTo(NaiveServer.CHUNK_BYTES * 3 / 2);
        for (ChunkId chunk : List.of(CHUNK, new ChunkId("/b", 0), new ChunkId("/c", 0))) {
            all.subList(0, 2).forEach(server -> store(server, version(chunk, 1, "w")));
        }
        assertThat(pass(4, all).get(all.get(2).id())).hasSize(1);
    }

    @Test
    default void aCopyIsNotOrderedFromAServerThatHasLostTheChunkMeanwhile() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 2).forEach(server -> store(server, version(CHUNK, 1, "w")));
        tick();
        all.forEach(this::beat);
        tick();
        plan();
        all.get(0).disk().clear();
        report(all.get(0), CHUNK);

        List<Order> orders = new ArrayList<>();
        pass(3, all).values().forEach(orders::addAll);
        assertThat(orders)
                .isNotEmpty()
                .allSatisfy(order -> assertThat(((Order.Copy) order).sources())
                        .containsExactly(all.get(1).member()));
    }
}
