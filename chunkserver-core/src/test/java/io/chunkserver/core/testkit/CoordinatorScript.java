package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.commit.TwoPhaseCoordinator;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.replication.Replicas;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Clients, members, time and crashes around a {@link TwoPhaseCoordinator}, made up by a property: {@link #run} performs the script and
 * looks after every step whether the promises of the commit protocol hold, and at the end, when everybody is well again, whether
 * all is over. A property that fails shrinks the script to the few steps that matter.
 *
 * <p>The coordinator is the first of three members, as in {@link TwoPhaseCoordinatorContract}. What is promised is this:
 *
 * <ul>
 *   <li>Nobody is told to commit, and no client hears a receipt, before all other members have voted yes.
 *   <li>No attempt is committed by one and aborted by another; this includes the coordinator's answers to inquiries and what its
 *       clients hear, and holds over crashes.
 *   <li>A transaction is committed by one attempt at most; the committed versions of a chunk are 1, 2, 3 and so on.
 *   <li>A committed transaction that is tried again is answered with the same version, and nobody is asked to prepare it again.
 *   <li>When nothing fails any more, every client that lived to see it has its answer, and no transaction stays open.
 * </ul>
 *
 * @param steps what happens, in order
 */
public record CoordinatorScript(List<Step> steps) {

    private static final int MOST_STEPS = 25;
    private static final int CHUNKS = 2;
    private static final int MOST_STORES = 5;

    /** Opens the coordinator: at first on an empty disk; after a crash, which is not announced, on what is left. */
    @FunctionalInterface
    public interface Opening {

        /**
         * @param self        who it is, the first of every chain
         * @param disk        the only place where it may remember anything
         * @param others      how it reaches the other members
         * @param environment its time, chance and threads
         */
        TwoPhaseCoordinator open(Member self, Disk disk, Replicas others, Environment environment) throws IOException;
    }

    /** A member other than the coordinator. */
    public enum Other {
        B,
        C
    }

    /** What a member does from now on. */
    public enum Behaviour {
        WELL,
        VOTES_NO,
        NEVER_VOTES,
        ITS_VOTE_IS_LOST,
        HEARS_NO_MESSAGES,
        HAS_LOST_ITS_PROMISES
    }

    /** One step. Numbers that choose among stores wrap around; without any the step does nothing. */
    public sealed interface Step {}

    /** A client begins to store a chunk; two can be under way for one chunk. */
    public record Begin(int chunk) implements Step {}

    /** The client has sent everything. */
    public record Finish(int store) implements Step {}

    public record Cancel(int store) implements Step {}

    /** The client, or another one with the same transaction id, begins again, and sends everything. */
    public record Retry(int store) implements Step {}

    public record Behave(Other member, Behaviour behaviour) implements Step {}

    public record Pass(Duration time) implements Step {}

    /** The coordinator loses power and starts again. */
    public record Crash() implements Step {}

    /** The coordinator loses power while this member confirms a commit, and starts again in the next step. */
    public record CrashAtNextCommit(Other member) implements Step {}

    /** Scripts of up to {@value #MOST_STEPS} steps. */
    public static Arbitrary<CoordinatorScript> scripts() {
        Arbitrary<Integer> stores = Arbitraries.integers().between(0, MOST_STORES - 1);
        Arbitrary<Other> members = Arbitraries.of(Other.class);
        return Arbitraries.<Step>frequencyOf(
                        Tuple.of(6, Arbitraries.integers().between(1, CHUNKS).map(Begin::new)),
                        Tuple.of(8, stores.map(Finish::new)),
                        Tuple.of(1, stores.map(Cancel::new)),
                        Tuple.of(2, stores.map(Retry::new)),
                        Tuple.of(
                                4,
                                Combinators.combine(members, Arbitraries.of(Behaviour.class))
                                        .as(Behave::new)),
                        Tuple.of(
                                6,
                                Arbitraries.of(
                                                Duration.ofMillis(1),
                                                Duration.ofMillis(20),
                                                Duration.ofSeconds(1),
                                                Duration.ofSeconds(3),
                                                Duration.ofSeconds(15))
                                        .map(Pass::new)),
                        Tuple.of(1, Arbitraries.just(new Crash())),
                        Tuple.of(1, members.map(CrashAtNextCommit::new)))
                .list()
                .ofMaxSize(MOST_STEPS)
                .map(CoordinatorScript::new);
    }

    /** Performs the script; a step after which a promise is broken ends it with an error that names the steps up to there. */
    public void run(Opening opening) throws IOException {
        CoordinatorScriptRun run = new CoordinatorScriptRun(opening);
        int number = 0;
        try {
            for (Step step : steps) {
                number++;
                run.perform(step);
            }
            run.calmDown();
        } catch (AssertionError | RuntimeException | IOException e) {
            throw FailedScript.at(steps, number, "a promise of the commit protocol is broken", e);
        }
    }

    /** The steps, one a line. */
    @Override
    public String toString() {
        return steps.stream().map(step -> "\n  " + step).collect(Collectors.joining());
    }
}
