package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.membership.Order;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ServerId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which copies are ordered to go, and which never are. */
interface MasterRemovalContract extends MasterSteps {

    @Test
    default void anOldVersionIsRemovedWhenThereAreEnoughNewOnes() {
        List<NaiveServer> all = settled(4);
        store(all.get(3), version(CHUNK, 1, "w"));
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 2, "w")));

        Map<ServerId, List<Order>> orders = pass(5, all);
        Order.Remove remove = (Order.Remove) orders.remove(all.get(3).id()).get(0);
        assertThat(remove.version().number()).isOne();
        assertThat(remove.transaction()).isEqualTo(version(CHUNK, 1, "w").transaction());
        assertThat(remove.keepers()).containsExactlyInAnyOrderElementsOf(members(all.subList(0, 3)));
        assertNothingOrdered(orders);
    }

    @Test
    default void moreCopiesThanUsualAreKeptWhenAClientAskedForThem() {
        List<NaiveServer> all = settled(6);
        all.forEach(server -> store(server, version(CHUNK, 1, "w")));
        assertNothingOrdered(pass(10, all));
    }

    @Test
    default void aCopyThatWasMadeInVainIsRemovedWhenTheDeadServerComesBack() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        pass(DEAD_AFTER + 1, all.subList(1, 4));
        store(all.get(3), version(CHUNK, 1, "w"));

        List<Order> orders =
                pass(3, all).values().stream().flatMap(List::stream).toList();
        assertThat(orders).singleElement().isInstanceOf(Order.Remove.class);
        assertThat(((Order.Remove) orders.get(0)).keepers()).hasSize(3);
    }

    @Test
    default void aServerThatWasStartedAgainIsNoKeeperUntilItHasToldAllThatItHas() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 2, "w")));
        all.get(0).restart();
        get(master().register(all.get(0).registration()));
        store(all.get(3), version(CHUNK, 1, "w"));
        assertNothingOrdered(pass(5, all));

        reportAll(all.get(0));
        assertThat(pass(2, all).get(all.get(3).id())).singleElement().isInstanceOf(Order.Remove.class);
    }

    @Test
    default void aCopyThatWasMadeForADrainedServerIsRemovedWhenItIsResumed() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        all.get(0).become(ServerState.DRAINING);
        follow(all, pass(DEAD_AFTER + 1, all));
        assertThat(all.get(3).disk()).containsKey(CHUNK);
        all.get(0).become(ServerState.READY);

        assertOneRemoval(pass(3, all));
    }

    @Test
    default void aCopyThatIsTooMuchIsRemovedWhenAServerTakesChunksAgain() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        follow(all, pass(DEAD_AFTER + 1, all.subList(1, 4)));
        all.get(1).become(ServerState.READ_ONLY);
        assertNothingOrdered(pass(3, all));
        all.get(1).become(ServerState.READY);

        assertOneRemoval(pass(3, all));
    }

    private void assertOneRemoval(Map<ServerId, List<Order>> orders) {
        assertThat(orders.values().stream().flatMap(List::stream))
                .singleElement()
                .isInstanceOfSatisfying(
                        Order.Remove.class,
                        removal -> assertThat(removal.keepers()).hasSize(3));
    }

    @Test
    default void aServerThatIsNotHeardIsNoKeeper() {
        List<NaiveServer> all = settled(4);
        List<NaiveServer> heard = all.subList(1, 4);
        pass(SUSPECT_AFTER, heard);
        store(all.get(3), version(CHUNK, 1, "w"));
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 2, "w")));

        assertThat(pass(2 * DEAD_AFTER, heard).values().stream().flatMap(List::stream))
                .as("copies are made, and none is removed")
                .isNotEmpty()
                .noneMatch(Order.Remove.class::isInstance);
    }

    @Test
    default void aRemovalThatWouldLeaveTooFewCopiesByNowIsNotGiven() {
        List<NaiveServer> all = settled(4);
        store(all.get(3), version(CHUNK, 1, "w"));
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 2, "w")));
        tick();
        tick();
        plan();
        all.get(0).disk().clear();
        report(all.get(0), CHUNK);

        assertThat(beat(all.get(3))).isEmpty();
    }

    @Test
    default void aRemovalDoesNotNameAKeeperThatHasLostTheChunkMeanwhile() {
        List<NaiveServer> all = settled(5);
        store(all.get(4), version(CHUNK, 1, "w"));
        all.subList(0, 4).forEach(server -> store(server, version(CHUNK, 2, "w")));
        tick();
        all.forEach(this::beat);
        tick();
        plan();
        all.get(0).disk().clear();
        report(all.get(0), CHUNK);

        List<Order> orders = pass(3, all).get(all.get(4).id());
        assertThat(orders).singleElement().isInstanceOf(Order.Remove.class);
        assertThat(((Order.Remove) orders.get(0)).keepers())
                .containsExactlyInAnyOrderElementsOf(members(all.subList(1, 4)));
    }

    /** Were all that a store was told of gone when it comes, it would begin the versions anew, and be taken for older than what is elsewhere. */
    @Test
    default void aCopyWhereAStoreMayBeOnItsWayIsNotTooMuchUntilTheStoreIsForgotten() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        assertThat(place(request(CHUNK))).hasSize(3);
        follow(all, pass(DEAD_AFTER + 1, all.subList(1, 4)));
        all.get(0).limitTo(2 * NaiveServer.CHUNK_BYTES);
        Map<ServerId, List<Order>> orders = pass(3, all);
        assertThat(orders.get(all.get(3).id()))
                .as("removed is what no store was told of, not the copy of the fullest server")
                .singleElement()
                .isInstanceOf(Order.Remove.class);
        assertOneRemoval(orders);
    }

    @Test
    default void whereStoresMayBeOnTheirWayToAllCopiesNoneIsTooMuchUntilTheStoresAreForgotten() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        follow(all, pass(DEAD_AFTER + 1, all.subList(1, 4)));
        beat(all.get(0));
        assertThat(place(request(CHUNK))).hasSize(4);
        assertNothingOrdered(pass(PLACEMENT_MEMORY - 2, all));
        assertOneRemoval(pass(4, all));
    }

    /** It cannot be removed then, since nobody vouches for another copy. */
    @Test
    default void aServerThatWasToldToRemoveItsCopyIsNamedWhenItIsTheLast() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        follow(all, pass(DEAD_AFTER + 1, all.subList(1, 4)));
        Map<ServerId, List<Order>> orders = pass(3, all);
        assertOneRemoval(orders);
        List<NaiveServer> last = all.stream()
                .filter(server -> !orders.get(server.id()).isEmpty())
                .toList();
        for (int tick = 0; tick < DEAD_AFTER; tick++) {
            tick();
            last.forEach(server -> beat(server, 1));
        }
        assertThat(place(request(CHUNK))).isEqualTo(List.of(last.get(0).id()));
    }

    @Test
    default void aRemovalThatWasPlannedIsNotGivenToAServerThatTellsOfAStore() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        follow(all, pass(DEAD_AFTER + 1, all.subList(1, 4)));
        beat(all.get(0));
        tick();
        tick();
        plan();
        all.forEach(server -> tellOpen(server, CHUNK, 2));
        all.forEach(server -> assertThat(beat(server)).isEmpty());
    }

    /** It may do so at any time, and a store that is placed there would not find the chunk. */
    @Test
    default void aServerThatWasToldToRemoveItsCopyIsNotNamedForAStore() {
        List<NaiveServer> all = settled(4);
        all.subList(0, 3).forEach(server -> store(server, version(CHUNK, 1, "w")));
        follow(all, pass(DEAD_AFTER + 1, all.subList(1, 4)));
        Map<ServerId, List<Order>> orders = pass(3, all);
        assertOneRemoval(orders);
        List<ServerId> others = all.stream()
                .map(NaiveServer::id)
                .filter(id -> orders.get(id).isEmpty())
                .toList();
        assertThat(place(request(CHUNK))).containsExactlyInAnyOrderElementsOf(others);
    }
}
