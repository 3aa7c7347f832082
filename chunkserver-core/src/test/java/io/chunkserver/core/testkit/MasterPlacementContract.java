package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.NaiveServer.tombstone;
import static io.chunkserver.core.testkit.NaiveServer.version;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.ServerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where chunks go. */
interface MasterPlacementContract extends MasterSteps {

    /** Chunks that are placed to see what chance makes of it. */
    int MANY = 50;

    @Test
    default void aNewChunkGetsItsCopiesTheNearestServerFirst() {
        settled(6);
        for (int i = 0; i < MANY; i++) {
            List<ServerId> members = place(request(new ChunkId("/new", i), new Location(5, 0)));
            assertThat(members).hasSize(3).doesNotHaveDuplicates().startsWith(new ServerId("s5"));
            assertThat(members.stream().map(id -> -id.value().charAt(1)).toList())
                    .as("nearest first")
                    .isSorted();
        }
        assertThat(get(master().place(request(CHUNK))).version()).isEqualTo(ChunkVersion.NONE);
    }

    @Test
    default void newChunksAreSpreadOverAllServers() {
        settled(6);
        Set<ServerId> used = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            used.addAll(place(request(new ChunkId("/new", i), Location.ORIGIN)));
        }
        assertThat(used).hasSize(6);
    }

    @Test
    default void serversAtOneLocationAreNotChosenTogetherWhereOthersAre() {
        List<NaiveServer> all = new ArrayList<>();
        for (String name : List.of("s0", "s1", "t0", "t1", "u0", "u1")) {
            all.add(server(name, name.charAt(0) - 's'));
        }
        all.forEach(this::join);
        pass(SETTLED, all);
        for (int i = 0; i < MANY; i++) {
            List<ServerId> members = place(request(new ChunkId("/new", i), Location.ORIGIN));
            assertThat(members.stream().map(id -> id.value().charAt(0)).toList())
                    .as("locations of " + members)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    default void asManyCopiesAreGivenAsAreWanted() {
        settled(6);
        assertThat(place(new PlacementRequest(CHUNK, 1, 5, null, Set.of()))).hasSize(5);
        assertThat(place(new PlacementRequest(new ChunkId("/b", 0), 1, 1, null, Set.of())))
                .hasSize(1);
    }

    @Test
    default void suspectReadOnlyDrainingAndExcludedServersGetNoNewChunk() {
        List<NaiveServer> all = settled(7);
        all.get(1).become(ServerState.READ_ONLY);
        all.get(2).become(ServerState.DRAINING);
        pass(SUSPECT_AFTER, all.subList(1, 7));
        for (int i = 0; i < MANY; i++) {
            assertThat(place(request(new ChunkId("/new", i), Location.ORIGIN, new ServerId("s3"))))
                    .containsExactly(new ServerId("s4"), new ServerId("s5"), new ServerId("s6"));
        }
    }

    @Test
    default void tooFewServersAreToldBeforeAnythingIsStored() {
        settled(2);
        assertThat(codeOf(master().place(request(CHUNK)))).isEqualTo(ErrorCode.TOO_FEW_SERVERS);
    }

    @Test
    default void aServerWithoutRoomGetsNoNewChunk() {
        List<NaiveServer> all = settled(4);
        all.get(1).limitTo(NaiveServer.CHUNK_BYTES - 1);
        all.forEach(this::beat);
        assertThat(place(request(CHUNK, Location.ORIGIN)))
                .containsExactly(new ServerId("s0"), new ServerId("s2"), new ServerId("s3"));

        all.get(2).limitTo(NaiveServer.CHUNK_BYTES - 3);
        all.forEach(this::beat);
        Failure failure = failureOf(master().place(request(new ChunkId("/b", 0))));
        assertThat(failure.code()).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
        assertThat(failure.availableBytes()).hasValue(NaiveServer.CHUNK_BYTES - 1);
    }

    @Test
    default void whatWasPromisedIsNotPromisedAgainBeforeTheNextHeartbeat() {
        List<NaiveServer> all = settled(3);
        all.get(1).limitTo(2 * NaiveServer.CHUNK_BYTES);
        all.forEach(this::beat);
        place(request(new ChunkId("/new", 0)));
        place(request(new ChunkId("/new", 1)));
        assertThat(codeOf(master().place(request(new ChunkId("/new", 2))))).isEqualTo(ErrorCode.INSUFFICIENT_SPACE);
        beat(all.get(1));
        place(request(new ChunkId("/new", 2)));
    }

    @Test
    default void aChunkThatExistsGetsItsOwnServersTheNearestFirst() {
        List<NaiveServer> all = settled(6);
        all.subList(1, 4).forEach(server -> store(server, version(CHUNK, 4, "w")));
        store(all.get(5), version(CHUNK, 3, "w"));

        assertThat(place(request(CHUNK, new Location(3, 0))))
                .isEqualTo(MasterSteps.ids(all.get(3), all.get(2), all.get(1)));
        assertThat(get(master().place(request(CHUNK))).version().number()).isEqualTo(4);
    }

    /** As of a store that the leader before has placed: a new one shares a server with it, whoever is excluded. */
    @Test
    default void aChunkOfWhichServersSayThatItIsBeingStoredIsPlacedOnOneOfThem() {
        List<NaiveServer> all = settled(6);
        tellOpen(all.get(4), CHUNK, 1);
        assertThat(locate(CHUNK, null)).isEqualTo(MasterSteps.ids(all.get(4)));
        tellOpen(all.get(5), CHUNK, 1);
        assertThat(place(request(CHUNK, Location.ORIGIN, all.get(5).id())))
                .hasSize(3)
                .contains(all.get(4).id())
                .doesNotContain(all.get(5).id());
        ChunkId other = new ChunkId("/b", 0);
        tellOpen(all.get(4), other, 1);
        assertThat(place(request(other, Location.ORIGIN, all.get(4).id())))
                .contains(all.get(4).id());
    }

    /** As of one that another leader has placed meanwhile; both are met by the next. */
    @Test
    default void aStoreThatServersTellOfIsMetAlsoWhereTheMasterHasPlacedTheChunkItself() {
        List<NaiveServer> all = settled(6);
        List<ServerId> own = place(request(CHUNK, new Location(0, 0)));
        NaiveServer teller = all.stream()
                .filter(server -> !own.contains(server.id()))
                .findFirst()
                .orElseThrow();
        tellOpen(teller, CHUNK, 1);
        assertThat(place(request(CHUNK, new Location(0, 0))))
                .contains(teller.id())
                .containsAll(own);
    }

    /** A promise may stand for hours. */
    @Test
    default void aStoreThatIsToldOfAgainIsRememberedForAsLongAgain() {
        List<NaiveServer> all = settled(6);
        for (int told = 0; told < 3; told++) {
            tellOpen(all.get(4), CHUNK, 1);
            pass(PLACEMENT_MEMORY / 2, all);
        }
        pass(PLACEMENT_MEMORY / 2 - 10, all);
        assertThat(locate(CHUNK, null)).isEqualTo(MasterSteps.ids(all.get(4)));
        pass(20, all);
        assertThat(codeOf(master().locate(CHUNK, null))).isEqualTo(ErrorCode.CHUNK_NOT_FOUND);
    }

    /** It was told while the report of its outcome was on its way. */
    @Test
    default void aStoreWhoseVersionTheServerHasReportedAlreadyIsOver() {
        List<NaiveServer> all = settled(5);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(4), version(CHUNK, 1, "w"));
        tellOpen(all.get(4), CHUNK, 1);
        pass(DEAD_AFTER, all.subList(0, 4));
        assertThat(place(request(CHUNK))).doesNotContain(all.get(4).id());
    }

    @Test
    default void aChunkOfWhichOnlyServersThatAreGoneHaveSaidThatItIsBeingStoredIsNotPlaced() {
        List<NaiveServer> all = settled(5);
        tellOpen(all.get(4), CHUNK, 1);
        pass(DEAD_AFTER, all.subList(0, 4));
        assertThat(codeOf(master().place(request(CHUNK)))).isEqualTo(ErrorCode.UNREACHABLE);
        join(all.get(4));
        assertThat(place(request(CHUNK))).contains(all.get(4).id());
    }

    /** It may make one more version, and so may the one that is placed then. */
    @Test
    default void aStoreThatIsUnderWayIsForgottenWhenItsVersionIsReported() {
        List<NaiveServer> all = settled(5);
        store(all.get(0), version(CHUNK, 1, "w"));
        tellOpen(all.get(4), CHUNK, 2);
        store(all.get(4), version(CHUNK, 1, "w"));
        assertThat(place(request(CHUNK, Location.ORIGIN))).contains(all.get(4).id());

        ChunkId other = new ChunkId("/b", 0);
        tellOpen(all.get(4), other, 1);
        store(all.get(4), version(other, 1, "w"));
        store(all.get(0), version(other, 2, "w"));
        assertThat(place(new PlacementRequest(other, 1, 1, Location.ORIGIN, Set.of())))
                .isEqualTo(MasterSteps.ids(all.get(0)));
    }

    /** A server that has just died looks fit until its heartbeats are missed; whoever met it need not fail until then. */
    @Test
    default void anExcludedServerIsLeftOutOnlyWhereAnotherHasTheNewestVersion() {
        List<NaiveServer> all = settled(5);
        ChunkId alone = new ChunkId("/alone", 0);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(1), version(CHUNK, 1, "w"));
        store(all.get(0), version(alone, 1, "w"));
        ServerId excluded = all.get(0).id();

        List<ServerId> first = place(request(CHUNK, Location.ORIGIN, excluded));
        assertThat(first).hasSize(3).startsWith(all.get(1).id()).doesNotContain(excluded);
        assertThat(place(request(CHUNK, Location.ORIGIN, all.get(1).id())))
                .as("the store of one who does not reach the other server")
                .startsWith(excluded)
                .doesNotContain(all.get(1).id())
                .containsAnyElementsOf(first);
        assertThat(place(request(alone, Location.ORIGIN, excluded))).hasSize(3).startsWith(excluded);
    }

    @Test
    default void aDeletedChunkGetsTheServersThatKnowOfItsDeletion() {
        List<NaiveServer> all = settled(6);
        all.subList(3, 6).forEach(server -> store(server, tombstone(CHUNK, 4, "w")));
        assertThat(place(request(CHUNK))).containsExactlyInAnyOrderElementsOf(ids(all.subList(3, 6)));
    }

    @Test
    default void aChunkWithTooFewCopiesIsFilledUpWithServersThatAreBehindFirst() {
        List<NaiveServer> all = settled(6);
        store(all.get(2), version(CHUNK, 4, "w"));
        store(all.get(5), version(CHUNK, 3, "w"));

        List<ServerId> members = place(request(CHUNK, new Location(5, 0)));
        assertThat(members)
                .hasSize(3)
                .startsWith(all.get(2).id())
                .contains(all.get(5).id());
    }

    @Test
    default void twoStoresOfANewChunkShareAServerWhateverFailsInBetween() {
        List<NaiveServer> all = settled(9);
        List<ServerId> first = place(request(CHUNK, Location.ORIGIN));
        List<ServerId> second = place(request(CHUNK, new Location(8, 0), first.get(0)));
        List<ServerId> third = place(request(CHUNK, Location.ORIGIN, first.get(1), first.get(2)));
        assertThat(second).hasSize(3).doesNotContain(first.get(0)).containsAnyElementsOf(first);
        assertThat(third).containsAnyElementsOf(first).containsAnyElementsOf(second);

        // Only the last one that all have in common is heard no more.
        ServerId common = second.stream()
                .filter(first::contains)
                .filter(third::contains)
                .findFirst()
                .orElseThrow();
        pass(
                SUSPECT_AFTER,
                all.stream().filter(server -> !server.id().equals(common)).toList());
        List<ServerId> fourth = place(request(CHUNK));
        assertThat(fourth)
                .containsAnyElementsOf(first)
                .containsAnyElementsOf(second)
                .containsAnyElementsOf(third);
    }

    /** The second one may begin as late as it likes, and replaces then what the first one has stored. */
    @Test
    default void aStoreThatIsStillUnderWayIsSharedWithWhenAnotherHasEnded() {
        List<NaiveServer> all = settled(6);
        List<ServerId> first = place(request(CHUNK));
        ServerId common = first.get(0);
        List<ServerId> second = place(request(CHUNK, Location.ORIGIN, first.get(1), first.get(2)));
        assertThat(second).contains(common).doesNotContain(first.get(1), first.get(2));
        all.stream()
                .filter(server -> first.contains(server.id()))
                .forEach(server -> store(server, version(CHUNK, 1, "w")));
        pass(
                SUSPECT_AFTER,
                all.stream().filter(server -> !server.id().equals(common)).toList());
        assertThat(place(request(CHUNK))).contains(common);
    }

    /** Else a store of a chunk that exists could go to others than those that have its newest version. */
    /** Also where only new servers have joined: those that have the chunk may be on their way. */
    @Test
    default void aMasterThatHasJustStartedPlacesNothing() {
        List<NaiveServer> all = servers(4);
        ChunkId fresh = new ChunkId("/fresh", 0);
        assertThat(codeOf(master().place(request(fresh)))).isEqualTo(ErrorCode.MASTER_STARTING);

        NaiveServer late = server("late", 9).with(version(CHUNK, 2, "w"));
        join(late);
        for (ChunkId chunk : List.of(CHUNK, fresh)) {
            assertThat(codeOf(master().place(request(chunk)))).isEqualTo(ErrorCode.MASTER_STARTING);
        }
        all.add(late);
        pass(SETTLED, all);
        assertThat(place(request(CHUNK))).startsWith(late.id());
        assertThat(place(request(fresh))).hasSize(3);
    }

    @Test
    default void theServerThatSendsANewChunkOutIsItsFirstIfItCanHaveIt() {
        List<NaiveServer> all = settled(6);
        for (int i = 0; i < MANY; i++) {
            ServerId primary = all.get(i % 6).id();
            assertThat(place(sentBy(primary, new ChunkId("/new", i))))
                    .hasSize(3)
                    .doesNotHaveDuplicates()
                    .startsWith(primary);
        }
        store(all.get(0), version(CHUNK, 1, "w"));
        assertThat(place(sentBy(all.get(5).id(), CHUNK)))
                .as("a chunk that exists")
                .startsWith(all.get(0).id());
        all.get(2).limitTo(NaiveServer.CHUNK_BYTES - 1);
        beat(all.get(2));
        assertThat(place(sentBy(all.get(2).id(), new ChunkId("/another", 0))))
                .as("without one that has no room")
                .doesNotContain(all.get(2).id());
    }

    /** Else the chunk would belong elsewhere for as long as the placement is remembered, and the server would refuse it for so long. */
    @Test
    default void aServerThatSendsAChunkOutTakesChunksWhateverItSaidLast() {
        List<NaiveServer> all = settled(6);
        for (ServerState last : List.of(ServerState.DRAINING, ServerState.READ_ONLY)) {
            all.get(4).become(last);
            beat(all.get(4));
            assertThat(place(sentBy(all.get(4).id(), new ChunkId("/" + last, 0))))
                    .hasSize(3)
                    .startsWith(all.get(4).id());
        }
        pass(DEAD_AFTER, all.subList(0, 4));
        assertThat(place(sentBy(all.get(4).id(), new ChunkId("/another", 0))))
                .as("but not when it is dead to the master")
                .doesNotContain(all.get(4).id());
    }

    private static PlacementRequest sentBy(ServerId primary, ChunkId chunk) {
        return new PlacementRequest(chunk, NaiveServer.CHUNK_BYTES, 0, Location.ORIGIN, primary, Set.of());
    }

    /** It is not dead for a client that reaches it: its store may be under way. */
    @Test
    default void aStoreDoesNotPassByADeadServerThatWasNamedAlone() {
        List<NaiveServer> all = settled(3);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(1), version(CHUNK, 1, "w"));
        pass(DEAD_AFTER, all.subList(0, 1));
        all.get(0).become(ServerState.READ_ONLY);
        beat(all.get(0));
        assertThat(place(request(CHUNK))).containsExactly(all.get(0).id());
        pass(DEAD_AFTER, all.subList(1, 3));
        report(all.get(1), CHUNK);

        assertThat(codeOf(master().place(request(CHUNK)))).isEqualTo(ErrorCode.UNREACHABLE);
        beat(all.get(0));
        assertThat(place(request(CHUNK))).contains(all.get(0).id());
    }

    @Test
    default void aSuspectServerIsLeftOutOnlyWhereAnotherHasTheNewestVersion() {
        List<NaiveServer> all = settled(5);
        ChunkId alone = new ChunkId("/alone", 0);
        store(all.get(0), version(CHUNK, 1, "w"));
        store(all.get(1), version(CHUNK, 1, "w"));
        store(all.get(0), version(alone, 1, "w"));
        pass(SUSPECT_AFTER, all.subList(1, 5));

        assertThat(place(request(CHUNK)))
                .hasSize(3)
                .startsWith(all.get(1).id())
                .doesNotContain(all.get(0).id());
        assertThat(place(request(alone))).hasSize(3).startsWith(all.get(0).id());
    }

    @Test
    default void aStoreIsNotSentPastAVersionWhoseServersAreGone() {
        List<NaiveServer> all = settled(5);
        store(all.get(0), version(CHUNK, 2, "w"));
        store(all.get(1), version(CHUNK, 1, "w"));
        pass(DEAD_AFTER, all.subList(1, 5));

        Failure failure = failureOf(master().place(request(CHUNK)));
        assertThat(failure.code()).isEqualTo(ErrorCode.UNREACHABLE);
        assertThat(failure.describe()).contains("s0");
    }

    private static List<ServerId> ids(List<NaiveServer> servers) {
        return servers.stream().map(NaiveServer::id).toList();
    }
}
