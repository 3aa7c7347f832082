package io.chunkserver.core.testkit;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.store.ChunkStore;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A sequence of calls to a {@link ChunkStore}, made up by a property: {@link #run} performs it on a store and on a model, and compares
 * both after every step. A property that fails shrinks it to the few steps that matter, which read like a script.
 *
 * <pre>{@code
 * @Property
 * void behavesLikeTheModel(@ForAll("scripts") ChunkStoreScript script) throws IOException {
 *     script.run(() -> new MyChunkStore(...));
 * }
 *
 * @Provide
 * Arbitrary<ChunkStoreScript> scripts() {
 *     return ChunkStoreScript.scripts();
 * }
 * }</pre>
 *
 * @param steps what is done, in order
 */
public record ChunkStoreScript(List<Step> steps) {

    private static final int MOST_STEPS = 25;

    /** Opens a store: the first time an empty one, later with what it held when it was closed or a crash left. */
    @FunctionalInterface
    public interface Opening {
        ChunkStore open() throws IOException;
    }

    /** Takes the power away: what was not forced is lost, or some of it. The store that is open is not used again, not even closed. */
    @FunctionalInterface
    public interface PowerLoss {
        void happen() throws IOException;
    }

    /** One step. Numbers that choose among staged versions wrap around; without any the step does nothing. */
    public sealed interface Step {}

    /**
     * Stages and finishes a version of a chunk.
     *
     * @param newerBy by how much its number is above the published one; 0 and below are too old to be published
     */
    public record Stage(ChunkId chunk, int newerBy, int lengthBytes) implements Step {}

    /** Stages and finishes the version that says the chunk is deleted. */
    public record StageTombstone(ChunkId chunk) implements Step {}

    /** Begins a version and abandons it in the middle. */
    public record Abandon(ChunkId chunk, int lengthBytes) implements Step {}

    public record Publish(int which) implements Step {}

    public record PublishAgain(ChunkId chunk) implements Step {}

    public record Discard(int which) implements Step {}

    /** Removes the published version, or tries to remove one that is not published. */
    public record Delete(ChunkId chunk, boolean current) implements Step {}

    public record Reopen() implements Step {}

    public record ForcePublished() implements Step {}

    /** What was not forced may be there or not afterwards; what was is there. */
    public record LosePower() implements Step {}

    /** Scripts of up to {@value #MOST_STEPS} steps on few chunks, with sizes at the edges of blocks. */
    public static Arbitrary<ChunkStoreScript> scripts() {
        return of(withoutCrashes());
    }

    /** The same, in which publications are forced and the power goes. */
    public static Arbitrary<ChunkStoreScript> scriptsWithCrashes() {
        return of(Arbitraries.frequencyOf(
                Tuple.of(10, withoutCrashes()),
                Tuple.of(1, Arbitraries.just(new ForcePublished())),
                Tuple.of(2, Arbitraries.just(new LosePower()))));
    }

    private static Arbitrary<ChunkStoreScript> of(Arbitrary<Step> steps) {
        return steps.list().ofMaxSize(MOST_STEPS).map(ChunkStoreScript::new);
    }

    private static Arbitrary<Step> withoutCrashes() {
        Arbitrary<ChunkId> chunks = ChunkArbitraries.fewChunkIds();
        Arbitrary<Integer> which = Arbitraries.integers().between(0, 5);
        Arbitrary<Step> stages = Combinators.combine(
                        chunks,
                        Arbitraries.frequency(Tuple.of(6, 1), Tuple.of(2, 3), Tuple.of(1, 0)),
                        ChunkArbitraries.sizes())
                .as(Stage::new);
        return Arbitraries.<Step>frequencyOf(
                Tuple.of(6, stages),
                Tuple.of(6, which.map(Publish::new)),
                Tuple.of(1, chunks.map(StageTombstone::new)),
                Tuple.of(
                        1, Combinators.combine(chunks, ChunkArbitraries.sizes()).as(Abandon::new)),
                Tuple.of(1, chunks.map(PublishAgain::new)),
                Tuple.of(1, which.map(Discard::new)),
                Tuple.of(
                        1,
                        Combinators.combine(chunks, Arbitraries.of(true, false)).as(Delete::new)),
                Tuple.of(1, Arbitraries.just(new Reopen())));
    }

    /** Performs the script; a step after which store and model differ ends it with an error that names the steps up to there. */
    public void run(Opening opening) throws IOException {
        run(opening, () -> {
            throw new IllegalStateException("a script with crashes needs somebody who takes the power away");
        });
    }

    /** The same for scripts with crashes. */
    public void run(Opening opening, PowerLoss powerLoss) throws IOException {
        ChunkStoreScriptRun run = new ChunkStoreScriptRun(opening, powerLoss);
        int number = 0;
        for (Step step : steps) {
            number++;
            try {
                run.perform(step);
                run.compare();
            } catch (AssertionError | RuntimeException | IOException e) {
                throw FailedScript.at(steps, number, "the store differs from the model", e);
            }
        }
        run.close();
    }

    /** The steps, one a line. */
    @Override
    public String toString() {
        return steps.stream().map(step -> "\n  " + step).collect(Collectors.joining());
    }
}
