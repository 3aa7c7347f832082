package io.chunkserver.core.testkit;

import io.chunkserver.core.space.SpaceAccountant;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A sequence of calls to a {@link SpaceAccountant}, made up by a property: {@link #run} performs it on an accountant and on a model,
 * and compares both after every step, as {@link ChunkStoreScript} does with a store.
 *
 * @param limitBytes     of the accountant
 * @param usedBytes      that are used when it begins; may be above the limit
 * @param emergencyBytes that deletes may take beyond the limit
 * @param steps          what is done, in order
 */
public record SpaceAccountantScript(long limitBytes, long usedBytes, long emergencyBytes, List<Step> steps) {

    private static final int MOST_STEPS = 30;
    private static final long HIGHEST_LIMIT = 1000;

    /** Makes the accountant, on a file system with room for all that is asked for. */
    @FunctionalInterface
    public interface Opening {
        SpaceAccountant open(long limitBytes, long usedBytes, long emergencyBytes) throws IOException;
    }

    /** One step. Numbers that choose among reservations wrap around; without any the step does nothing. */
    public sealed interface Step {}

    public record Reserve(long bytes) implements Step {}

    /** @param replacedBytes what the delete will release, later, by {@link Settle} or {@link ReleaseReplaced} */
    public record ReserveForDelete(long bytes, long replacedBytes) implements Step {}

    public record Adopt(long bytes) implements Step {}

    public record Release(long bytes) implements Step {}

    public record ShrinkTo(int which, long bytes) implements Step {}

    /** Settles a reservation; that of a delete with what it said that it replaces, if that was not released yet. */
    public record Settle(int which) implements Step {}

    /** Releases what a delete said that it replaces, before it is settled. */
    public record ReleaseReplaced(int which) implements Step {}

    public record Forfeit(int which) implements Step {}

    /** Scripts of up to {@value #MOST_STEPS} steps, also with sizes that are wrong. */
    public static Arbitrary<SpaceAccountantScript> scripts() {
        return Combinators.combine(
                        Arbitraries.longs().between(0, HIGHEST_LIMIT),
                        Arbitraries.longs().between(0, HIGHEST_LIMIT * 6 / 5),
                        Arbitraries.longs().between(0, HIGHEST_LIMIT / 2),
                        anyStep().list().ofMaxSize(MOST_STEPS))
                .as(SpaceAccountantScript::new);
    }

    private static Arbitrary<Step> anyStep() {
        Arbitrary<Long> bytes = Arbitraries.longs().between(-1, HIGHEST_LIMIT / 2);
        Arbitrary<Integer> which = Arbitraries.integers().between(0, 5);
        // Adopting is for the start of a server and rare.
        return Arbitraries.<Step>frequencyOf(
                Tuple.of(2, bytes.map(Reserve::new)),
                Tuple.of(2, Combinators.combine(bytes, bytes).as(ReserveForDelete::new)),
                Tuple.of(2, bytes.map(Release::new)),
                Tuple.of(1, bytes.map(Adopt::new)),
                Tuple.of(1, Combinators.combine(which, bytes).as(ShrinkTo::new)),
                Tuple.of(2, which.map(Settle::new)),
                Tuple.of(1, which.map(ReleaseReplaced::new)),
                Tuple.of(1, which.map(Forfeit::new)));
    }

    /** Performs the script; a step after which accountant and model differ ends it with an error that names the steps up to there. */
    public void run(Opening opening) throws IOException {
        SpaceAccountantScriptRun run = new SpaceAccountantScriptRun(
                opening.open(limitBytes, usedBytes, emergencyBytes),
                new NaiveSpaceAccountant(limitBytes, usedBytes, emergencyBytes));
        int number = 0;
        for (Step step : steps) {
            number++;
            try {
                run.perform(step);
                run.compare();
            } catch (AssertionError | RuntimeException | IOException e) {
                throw FailedScript.at(steps, number, "the accountant" + beginning() + " differs from the model", e);
            }
        }
        run.close();
    }

    private String beginning() {
        return " of " + limitBytes + " bytes, " + usedBytes + " used, " + emergencyBytes + " for emergencies,";
    }

    /** How it begins, and the steps, one a line. */
    @Override
    public String toString() {
        return beginning() + steps.stream().map(step -> "\n  " + step).collect(Collectors.joining());
    }
}
