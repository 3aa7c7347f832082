package io.chunkserver.core;

import io.chunkserver.core.testkit.ExpectedErrors;
import java.io.IOException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A cluster whose masters are elected loses servers and disks, and is whole again after each loss.
 *
 * <p>One seed is one run. To repeat one: {@code mvn -pl chunkserver-core test -Dtest=HealingSimulation -Dhealing.seed=SEED}. To explore
 * more: {@code -Dhealing.runs=N}.
 */
@ExtendWith(ExpectedErrors.class)
class HealingSimulation {

    private static final int STEPS = 45;
    private static final int LOSSES = 3;

    private static int runs;
    private static long transactions;
    private static int damage;
    private static int leaders;
    private static int refusals;

    static IntStream seeds() {
        Integer one = Integer.getInteger("healing.seed");
        return one != null ? IntStream.of(one) : IntStream.range(0, Integer.getInteger("healing.runs", 30));
    }

    @AfterAll
    static void tell() {
        System.out.printf(
                "healing: %d runs, %d transactions, %d losses, %d leaders, %d stores refused for the epoch of their placement%n",
                runs, transactions, damage, leaders, refusals);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void whatWasLostIsMadeAnew(int seed) throws IOException {
        try {
            HealingRun run = new HealingRun(seed);
            for (int loss = 0; loss < LOSSES; loss++) {
                run.busy(STEPS);
                run.heal();
                run.checkWhole();
                if (loss == 0) {
                    run.keepOlderDisks();
                }
                run.damageOne();
                run.heal();
                run.checkWhole();
            }
            runs++;
            transactions += run.transactions();
            damage += run.damage();
            leaders += run.leaders();
            refusals += run.stale();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "to repeat: mvn -pl chunkserver-core test -Dtest=HealingSimulation -Dhealing.seed=" + seed + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
