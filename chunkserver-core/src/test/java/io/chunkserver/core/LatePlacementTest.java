package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.ChunkCopies;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.PlacementRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedNetwork;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A client that was told by the leader before where its store goes, and begins or ends it long after another one leads, which has let
 * others store the chunk. Six servers and two masters in simulated time; all messages arrive, unless a server is cut off from a master.
 */
class LatePlacementTest {

    private static final ChunkId CHUNK = new ChunkId("file", 0);
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);
    private static final MasterConfig CONFIG = MasterConfig.DEFAULT.withReplication(3);

    private final SplittableRandom random = new SplittableRandom(7);
    private final SimulatedTime time = new SimulatedTime(random);
    private final SimulatedNetwork network = new SimulatedNetwork(time, random);
    private final SimulatedMaster before = new SimulatedMaster(time, random, CONFIG);
    private final SimulatedMaster leader = new SimulatedMaster(time, random, CONFIG);
    private final Map<String, ChunkServer> servers = new LinkedHashMap<>();
    private long sequence;

    /** The server that stands still before it forces its log the next time, while something else is done. */
    private String standing = "";

    private Runnable meanwhile = () -> {};

    @BeforeEach
    void start() throws IOException {
        before.lead(1);
        for (String name : NAMES) {
            SimulatedTime.Life life = time.life(Duration.ofMillis(5));
            ChunkServer server = ChunkServer.builder(
                            new FaultyDisk(new MemoryDisk(), operation -> meets(name, operation)))
                    .serverId(new ServerId(name))
                    .location(new Location(NAMES.indexOf(name), 0))
                    .replicas(network.seenBy(name))
                    .masters(List.of(
                            new KnownMaster("before", before.seenBy(name, () -> true)),
                            new KnownMaster("leader", leader.seenBy(name, () -> true))))
                    .environment(life.environment())
                    .start();
            servers.put(name, server);
            network.up(name, server);
            server.reachableAt(name, 0);
        }
        time.runFor(LONG_ENOUGH);
    }

    private DiskFault meets(String server, DiskOperation operation) {
        if (server.equals(standing)
                && operation.kind() == DiskOperation.Kind.FORCE
                && operation.path().toString().endsWith(".log")) {
            standing = "";
            meanwhile.run();
        }
        return DiskFault.NONE;
    }

    private void elect() {
        leader.lead(2);
        time.runFor(LONG_ENOUGH);
    }

    private ChunkCopies placed(SimulatedMaster master, Set<String> excluded) {
        Set<ServerId> without = excluded.stream().map(ServerId::new).collect(Collectors.toSet());
        return now(master.here().place(new PlacementRequest(CHUNK, 10, 0, null, without)));
    }

    private List<String> place(SimulatedMaster master, Set<String> excluded) {
        return addresses(placed(master, excluded));
    }

    private static List<String> addresses(ChunkCopies copies) {
        return copies.members().stream().map(Member::address).toList();
    }

    private StoreRequest request(boolean delete, long epoch) {
        return new StoreRequest(
                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                CHUNK,
                delete,
                delete ? 0 : 10,
                null,
                Attributes.NONE,
                Durability.SYNC,
                StoreRequest.MAX_TIMEOUT,
                epoch);
    }

    /** A store whose bytes have not come yet. */
    private CompletionStage<ChunkWriter> open(List<String> members, boolean delete, long epoch) {
        return servers.get(members.get(0)).begin(request(delete, epoch), members.subList(1, members.size()));
    }

    private CompletableFuture<Receipt> send(CompletionStage<ChunkWriter> opened) {
        byte[] content = {(byte) sequence};
        return opened.thenCompose(writer -> {
                    LoneServer.write(writer, content);
                    return writer.receipt();
                })
                .toCompletableFuture();
    }

    /** By a client that does not say who named the members. */
    private CompletableFuture<Receipt> begin(List<String> members) {
        return send(open(members, false, 0));
    }

    private CompletableFuture<Receipt> begin(ChunkCopies place) {
        return send(open(addresses(place), false, place.epoch()));
    }

    private Receipt store(List<String> members) {
        return atLeisure(begin(members));
    }

    private Receipt store(ChunkCopies place) {
        return atLeisure(begin(place));
    }

    private Receipt atLeisure(CompletableFuture<Receipt> receipt) {
        time.runFor(LONG_ENOUGH);
        return now(receipt);
    }

    private static <T> T now(CompletionStage<T> stage) {
        CompletableFuture<T> done = stage.toCompletableFuture();
        assertThat(done).as("what is done in simulated time").isDone();
        return done.join();
    }

    /** The transaction of what each server has that has something. */
    private Map<String, TransactionId> holders() throws IOException {
        Map<String, TransactionId> holders = new LinkedHashMap<>();
        for (Map.Entry<String, ChunkServer> entry : servers.entrySet()) {
            entry.getValue().stat(CHUNK).ifPresent(info -> holders.put(entry.getKey(), info.transaction()));
        }
        return holders;
    }

    /** The new leader names servers that have the chunk, of which those that the other named are some: the two stores meet there. */
    @Test
    void aLateStoreOfAChunkThatExistsIsRefusedWhereItsPrimaryIsBehindAndElseIsOneMoreVersion() throws IOException {
        store(place(before, Set.of()));
        List<String> late = place(before, Set.of());
        elect();
        String passedBy = late.get(0);
        List<String> meanwhile = place(leader, Set.of(passedBy));
        assertThat(meanwhile).doesNotContain(passedBy).containsAnyElementsOf(late);
        assertThat(store(meanwhile).version()).isEqualTo(new ChunkVersion(2));

        CompletableFuture<Receipt> fromBehind = begin(late);
        time.runFor(LONG_ENOUGH);
        assertFails(ErrorCode.VERSION_CONFLICT, fromBehind);
        assertOneHistory();

        List<String> fromAhead = new ArrayList<>(late);
        Collections.rotate(fromAhead, 1);
        assertThat(fromAhead.get(0)).isIn(meanwhile);
        assertThat(store(fromAhead).version()).isEqualTo(new ChunkVersion(3));
        time.runFor(LONG_ENOUGH);
        assertOneHistory();
    }

    private void assertOneHistory() throws IOException {
        assertThat(now(leader.here().status()).conflicting()).isZero();
        assertThat(holders()).hasSizeGreaterThanOrEqualTo(CONFIG.replication());
        assertThat(holders().values()).as("transactions of the copies").containsOnly(theNewest());
    }

    private static void assertFails(ErrorCode code, CompletionStage<?> stage) {
        assertThat(stage)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .satisfies(failure -> assertThat(
                                ChunkServerException.from(failure.getCause()).code())
                        .isEqualTo(code));
    }

    private TransactionId theNewest() throws IOException {
        ChunkCopies located = now(leader.here().locate(CHUNK, null));
        return servers.get(located.members().get(0).address())
                .stat(CHUNK)
                .orElseThrow()
                .transaction();
    }

    private Set<String> allBut(List<String> members) {
        return servers.keySet().stream().filter(name -> !members.contains(name)).collect(Collectors.toSet());
    }

    private void assertNothingIsOpen() {
        servers.forEach((name, server) -> {
            assertThat(server.transactions()).as("open at %s", name).isEmpty();
            assertThat(server.status().space().reservedBytes())
                    .as("reserved at %s", name)
                    .isZero();
        });
    }

    /** What was stored meanwhile is all that there is, and of the late store nothing is left behind. */
    private void assertIsRefused(CompletableFuture<Receipt> late, ChunkCopies meanwhile) throws IOException {
        time.runFor(LONG_ENOUGH);
        assertFails(ErrorCode.STALE_EPOCH, late);
        assertThat(holders()).containsOnlyKeys(addresses(meanwhile));
        assertOneHistory();
        assertNothingIsOpen();
    }

    /** What was acknowledged is the new leader's second version: a first one elsewhere would be taken for stale, and removed. */
    @Test
    void aLateStoreOfAChunkThatIsNewIsRefusedByAServerThatKnowsTheNewLeader() throws IOException {
        ChunkCopies late = placed(before, Set.of());
        elect();
        ChunkCopies meanwhile = placed(leader, Set.copyOf(addresses(late)));
        store(meanwhile);
        assertThat(store(placed(leader, Set.of())).version()).isEqualTo(new ChunkVersion(2));

        assertIsRefused(begin(late), meanwhile);
    }

    @Test
    void aStoreThatWasBegunBeforeTheNewLeaderIsRefusedWhenItsBytesComeAfter() throws IOException {
        ChunkCopies late = placed(before, Set.of());
        CompletionStage<ChunkWriter> opened = open(addresses(late), false, late.epoch());
        time.runFor(Duration.ofSeconds(1));
        elect();
        ChunkCopies next = placed(leader, Set.copyOf(addresses(late)));
        assertThat(addresses(next)).containsAnyElementsOf(addresses(late));

        CompletableFuture<Receipt> refused = send(opened);
        time.runFor(LONG_ENOUGH);
        assertFails(ErrorCode.STALE_EPOCH, refused);
        assertThat(holders()).isEmpty();
        assertNothingIsOpen();
        assertThat(store(next).version()).isEqualTo(new ChunkVersion(1));
        assertOneHistory();
    }

    @Test
    void aStoreThatItsPrimaryHadPlacedByTheOldLeaderIsRefusedWhenItsBytesComeAfter() {
        String primary = place(before, Set.of()).get(0);
        CompletionStage<ChunkWriter> opened = servers.get(primary).begin(request(false, 0), 0);
        time.runFor(Duration.ofSeconds(1));
        elect();

        CompletableFuture<Receipt> receipt = send(opened);
        time.runFor(LONG_ENOUGH);

        assertFails(ErrorCode.STALE_EPOCH, receipt);
        assertNothingIsOpen();
    }

    /** One of them is enough: a store is on all members or on none. */
    @Test
    void aLateStoreIsRefusedByAnyMemberThatKnowsTheNewLeaderWhenItsPrimaryDoesNot() throws IOException {
        ChunkCopies late = placed(before, Set.of());
        String last = addresses(late).get(2);
        allBut(List.of(last)).forEach(leader::cutOff);
        elect();

        CompletableFuture<Receipt> receipt = begin(late);
        time.runFor(Duration.ofSeconds(1));

        assertFails(ErrorCode.STALE_EPOCH, receipt);
        assertThat(receipt)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .satisfies(failure -> assertThat(ChunkServerException.from(failure.getCause())
                                .failure()
                                .server())
                        .contains(new ServerId(last)));
        assertThat(holders()).isEmpty();
        assertNothingIsOpen();
    }

    @Test
    void aLateDeleteIsRefusedAndOneThatTheNewLeaderPlacesIsNot() throws IOException {
        store(placed(before, Set.of()));
        ChunkCopies late = placed(before, Set.of());
        elect();

        CompletionStage<ChunkWriter> refused = open(addresses(late), true, late.epoch());
        time.runFor(LONG_ENOUGH);
        assertFails(ErrorCode.STALE_EPOCH, refused.thenCompose(ChunkWriter::receipt));
        assertThat(holders()).containsOnlyKeys(addresses(late));

        ChunkCopies now = placed(leader, Set.of());
        CompletionStage<ChunkWriter> taken = open(addresses(now), true, now.epoch());
        taken.thenAccept(writer -> writer.finish(0, 0));
        time.runFor(LONG_ENOUGH);
        assertThat(now(taken.thenCompose(ChunkWriter::receipt)).version()).isEqualTo(new ChunkVersion(2));
        assertThat(holders()).isEmpty();
    }

    /** It has looked whether a newer leader is known, and decides long afterwards; the others have promised, and tell the leader. */
    @Test
    void aStoreWhosePrimaryStandsStillBeforeItDecidesMeetsThatOfTheNewLeader() throws IOException {
        ChunkCopies late = placed(before, Set.of());
        List<String> members = addresses(late);
        List<ChunkCopies> second = new ArrayList<>();
        standing = members.get(0);
        meanwhile = () -> {
            leader.cutOff(members.get(0));
            elect();
            second.add(placed(leader, Set.copyOf(members)));
            assertThat(now(leader.here().locate(CHUNK, null)).members()).hasSizeGreaterThanOrEqualTo(2);
        };
        CompletionStage<ChunkWriter> opened = open(members, false, late.epoch());
        time.runFor(Duration.ofSeconds(1));
        CompletableFuture<Receipt> first = send(opened);
        time.runFor(LONG_ENOUGH);
        assertThat(second).as("placed while the primary stood still").hasSize(1);

        assertThat(atLeisure(first).version()).isEqualTo(new ChunkVersion(1));
        assertThat(addresses(second.get(0))).containsAnyElementsOf(members.subList(1, 3));
        leader.heal();
        assertThat(store(second.get(0)).version()).isEqualTo(new ChunkVersion(2));
        time.runFor(LONG_ENOUGH);
        assertOneHistory();
        assertNothingIsOpen();
    }

    /** Which leaves a client as much time between the question and the store. */
    @Test
    void aPlacementIsRememberedForTwiceAsLongAsAStoreMayTake() {
        assertThat(MasterConfig.DEFAULT.placementMemory()).isEqualTo(StoreRequest.MAX_TIMEOUT.multipliedBy(2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StoreRequest(
                        new TransactionId("client", 0, 1),
                        CHUNK,
                        true,
                        0,
                        null,
                        Attributes.NONE,
                        Durability.SYNC,
                        StoreRequest.MAX_TIMEOUT.plusMillis(1)))
                .withMessageContaining("file#0 is above PT10M");
    }

    /** What was acknowledged stays acknowledged, whoever leads. */
    @Test
    void aRetryOfWhatWasCommittedBeforeTheNewLeaderIsAnswered() {
        ChunkCopies place = placed(before, Set.of());
        StoreRequest request = request(false, place.epoch());
        List<String> members = addresses(place);
        ChunkServer primary = servers.get(members.get(0));
        List<String> others = members.subList(1, members.size());
        Receipt first = atLeisure(send(primary.begin(request, others)));
        elect();

        Receipt again = atLeisure(
                primary.begin(request, others).thenCompose(ChunkWriter::receipt).toCompletableFuture());

        assertThat(again.version()).isEqualTo(first.version());
        assertThat(again.crc32c()).isEqualTo(first.crc32c());
    }

    /** The new leader knows nothing of what the other has named, and the servers do not know who has named them. */
    @Test
    void aLateStoreByAClientThatDoesNotTellTheEpochMayBeAConflictWhichIsTold() throws IOException {
        List<String> late = place(before, Set.of());
        elect();
        List<String> meanwhile = place(leader, Set.copyOf(late));
        TransactionId first = store(meanwhile).transaction();
        TransactionId second = store(late).transaction();

        assertThat(now(leader.here().status()).conflicting()).isOne();
        assertFails(ErrorCode.CONFLICTING_COPIES, leader.here().locate(CHUNK, null));
        time.runFor(LONG_ENOUGH);
        Map<String, TransactionId> holders = holders();
        assertThat(holders).hasSize(6);
        meanwhile.forEach(name -> assertThat(holders.get(name)).isEqualTo(first));
        late.forEach(name -> assertThat(holders.get(name)).isEqualTo(second));
    }
}
