package io.chunkserver.core.master;

import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.testkit.NaiveServer;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Any sequence of what can happen to servers, clients and two masters: see {@link NaiveCluster} for what must hold after each step. */
class ClusterMasterProperties {

    private static final int MOST_STEPS = 250;
    private static final int FEWEST_STEPS = 50;
    private static final int QUIET_ROUNDS = 60;
    private static final List<ServerState> STATES = List.of(ServerState.values());

    /**
     * One step.
     *
     * @param kind   what happens
     * @param master at which master, 0 or 1
     * @param server to which server; numbers wrap around
     * @param chunk  with which chunk
     * @param extra  anything else
     */
    record Step(Kind kind, int master, int server, int chunk, int extra) {}

    enum Kind {
        MEET,
        MEET_ALL,
        TICK,
        PLAN,
        FOLLOW,
        END_REMOVALS,
        BEGIN_STORE,
        BEGIN_DELETE,
        END_STORE,
        KILL,
        START,
        LOSE_ORDERS,
        CHANGE_STATE,
        LIMIT,
        // From here on what may end in one version under two transactions.
        WIPE,
        OLDER_DISK,
        RESTART_MASTER,
        FORGE
    }

    @Property
    void everyOrderIsSafeAndEveryChunkGetsItsCopies(
            @ForAll("anySteps") List<Step> steps, @ForAll long seed, @ForAll("sizes") int size) {
        NaiveCluster cluster = new NaiveCluster(size, seed);
        settle(cluster, size);
        steps.forEach(step -> perform(cluster, size, step));
        cluster.calmDown(QUIET_ROUNDS);
        cluster.checkCalm();
    }

    @Property
    void storesThatShareAMemberNeverCommitOneVersionTwice(
            @ForAll("harmlessSteps") List<Step> steps, @ForAll long seed, @ForAll("sizes") int size) {
        NaiveCluster cluster = new NaiveCluster(size, seed);
        settle(cluster, size);
        for (Step step : steps) {
            perform(cluster, size, step);
            cluster.checkOneHistory();
        }
    }

    private static void settle(NaiveCluster cluster, int size) {
        for (int round = 0; round < 5; round++) {
            for (int master = 0; master < 2; master++) {
                cluster.tick(master);
                meetAll(cluster, size, master);
            }
        }
    }

    private static void meetAll(NaiveCluster cluster, int size, int master) {
        for (int server = 0; server < size; server++) {
            cluster.meet(master, server);
        }
    }

    private static void perform(NaiveCluster cluster, int size, Step step) {
        ChunkId chunk = new ChunkId("/f", step.chunk());
        switch (step.kind()) {
            case MEET -> cluster.meet(step.master(), step.server());
            case MEET_ALL -> meetAll(cluster, size, step.master());
            case TICK -> cluster.tick(step.master());
            case PLAN -> cluster.plan(step.master());
            case FOLLOW -> cluster.follow(step.master(), step.server());
            case END_REMOVALS -> cluster.endRemovals();
            case BEGIN_STORE ->
                cluster.beginStore(
                        chunk,
                        false,
                        step.extra() % 4 == 0 ? null : step.extra(),
                        step.extra() % 3 == 0 ? step.server() : null);
            case BEGIN_DELETE -> cluster.beginStore(chunk, true, null, null);
            case END_STORE -> cluster.endStore(step.extra());
            case KILL -> cluster.kill(step.server());
            case START -> cluster.start(step.server());
            case LOSE_ORDERS -> cluster.loseOrders(step.server());
            case CHANGE_STATE -> cluster.changeState(step.server(), STATES.get(step.extra() % STATES.size()));
            case LIMIT -> cluster.limit(step.server(), step.extra() * NaiveServer.CHUNK_BYTES);
            case WIPE -> cluster.wipe(step.server());
            case OLDER_DISK -> {
                ChunkInfo older = NaiveServer.version(chunk, 1, "older");
                cluster.startFromOlderDisk(step.server(), step.extra() % 2 == 0 ? Map.of() : Map.of(chunk, older));
            }
            case RESTART_MASTER -> cluster.restartMaster(step.master());
            case FORGE -> cluster.forge(step.server(), chunk);
        }
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.integers().between(3, 8);
    }

    @Provide
    Arbitrary<List<Step>> anySteps() {
        return steps(Arbitraries.frequencyOf(
                Tuple.of(12, harmless()),
                Tuple.of(1, Arbitraries.of(Kind.WIPE, Kind.OLDER_DISK, Kind.RESTART_MASTER, Kind.FORGE))));
    }

    @Provide
    Arbitrary<List<Step>> harmlessSteps() {
        return steps(harmless());
    }

    private static Arbitrary<Kind> harmless() {
        return Arbitraries.frequency(
                Tuple.of(6, Kind.MEET),
                Tuple.of(6, Kind.MEET_ALL),
                Tuple.of(8, Kind.TICK),
                Tuple.of(4, Kind.PLAN),
                Tuple.of(6, Kind.FOLLOW),
                Tuple.of(2, Kind.END_REMOVALS),
                Tuple.of(5, Kind.BEGIN_STORE),
                Tuple.of(1, Kind.BEGIN_DELETE),
                Tuple.of(6, Kind.END_STORE),
                Tuple.of(2, Kind.KILL),
                Tuple.of(2, Kind.START),
                Tuple.of(1, Kind.LOSE_ORDERS),
                Tuple.of(1, Kind.CHANGE_STATE),
                Tuple.of(1, Kind.LIMIT));
    }

    private static Arbitrary<List<Step>> steps(Arbitrary<Kind> kinds) {
        return Combinators.combine(
                        kinds,
                        Arbitraries.integers().between(0, 1),
                        Arbitraries.integers().between(0, 7),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(0, 8))
                .as(Step::new)
                .list()
                .ofMinSize(FEWEST_STEPS)
                .ofMaxSize(MOST_STEPS);
    }
}
