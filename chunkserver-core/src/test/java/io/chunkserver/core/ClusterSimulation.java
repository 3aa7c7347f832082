package io.chunkserver.core;

import io.chunkserver.core.testkit.ExpectedErrors;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Three real servers on one thread with simulated time, network and disks. Clients store, replace, delete and read at all of
 * them, while servers crash, stop and come back, forces, reads and writes fail, come short or with a wrong bit, disks are slow or full,
 * messages are lost, late or come twice, and links are cut one way or both. A crash leaves of what was not forced whatever chance says.
 *
 * <p>What is promised for which read:
 *
 * <ul>
 *   <li>Stores, deletes and reads of the latest version, at whichever member, are linearizable for each chunk.
 *   <li>A read at a member shows whole committed versions, perhaps old ones, that never go back, and are no older than what a
 *       receipt named as applied there.
 * </ul>
 *
 * <p>One seed is one run. To repeat one: {@code mvn -pl chunkserver-core test -Dtest=ClusterSimulation -Dsimulation.seed=SEED}.
 * To explore more: {@code -Dsimulation.runs=N}. For a long life of one cluster: {@code -Dsimulation.hours=1000}, on a seed of
 * your choice.
 */
@ExtendWith(ExpectedErrors.class)
class ClusterSimulation {

    private static final int STEPS = 60;
    private static final Duration LONGEST_QUIET = Duration.ofHours(2);

    /**
     * Seeds that once failed, tried first. A change of what runs draw by chance makes other runs of them: then those go whose finding has
     * a test of its own.
     */
    private static final int[] SEEDS_THAT_FAILED = {
        // A server that had read one bit of its identity wrongly wrote it so, and never started again.
        101,
        119,
        // A store was refused on a full disk before its folder was made, and the folder could not be forced ever after.
        173,
        // A chunk had moved to a disk that failed to force it, and was removed from the one where it was durable.
        3410,
        4291
    };

    static IntStream seeds() {
        Integer one = Integer.getInteger("simulation.seed");
        return one != null
                ? IntStream.of(one)
                : IntStream.concat(IntStream.of(SEEDS_THAT_FAILED), IntStream.range(0, given("simulation.runs")))
                        .distinct();
    }

    /** How much is simulated stands in the parent pom alone. */
    private static int given(String property) {
        return Objects.requireNonNull(
                Integer.getInteger(property), () -> "run this with Maven, or give it -D" + property + "=N");
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void callsAreLinearizableAndMembersAgree(int seed) throws IOException {
        replayable(seed, "", () -> {
            ClusterRun run = new ClusterRun(seed);
            run.busy(STEPS);
            run.quiet(Duration.ZERO);
            run.end();
        });
    }

    @Test
    void aLongLifeLeavesNothingBehind() throws IOException {
        int seed = Integer.getInteger("simulation.seed", 0);
        int hours = given("simulation.hours");
        replayable(seed, " -Dsimulation.hours=" + hours, () -> {
            long started = System.nanoTime();
            SplittableRandom pace = new SplittableRandom(seed);
            ClusterRun run = new ClusterRun(seed);
            while (run.virtualTime().toHours() < hours) {
                run.busy(1 + pace.nextInt(2 * STEPS));
                run.quiet(Duration.ofNanos(pace.nextLong(LONGEST_QUIET.toNanos())));
            }
            run.end();
            System.out.printf(
                    "simulation.seed=%d: %s in %d s%n",
                    seed,
                    run.summary(),
                    Duration.ofNanos(System.nanoTime() - started).toSeconds());
        });
    }

    private interface Play {
        void play() throws IOException;
    }

    private static void replayable(int seed, String more, Play run) throws IOException {
        try {
            run.play();
        } catch (AssertionError | RuntimeException | IOException e) {
            throw new AssertionError(
                    e.getMessage() + "\nrepeat with: mvn -pl chunkserver-core test -Dtest=ClusterSimulation"
                            + " -Dsimulation.seed=" + seed + more,
                    e);
        }
    }
}
