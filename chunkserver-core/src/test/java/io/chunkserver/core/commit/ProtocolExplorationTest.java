package io.chunkserver.core.commit;

import static io.chunkserver.core.commit.ProtocolBounds.A;
import static io.chunkserver.core.commit.ProtocolBounds.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.StateExplorer;
import io.chunkserver.core.testkit.StateExplorer.CounterExample;
import io.chunkserver.core.testkit.StateExplorer.Report;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every state that two-phase commit can get into, for some members, transactions and failures. {@code -Dexploration=full} tries
 * more of each. The bounds and what was seen in them are printed.
 */
class ProtocolExplorationTest {

    private static final boolean FULL = "full".equals(System.getProperty("exploration"));
    private static final int MAX_STATES = 100_000_000;

    static Stream<ProtocolBounds> quick() {
        return Stream.of(
                ProtocolBounds.of(1).attempts(2).restarts(2).wipes(1).diskFailures(1),
                ProtocolBounds.of(2).attempts(2).restarts(1).wipes(1),
                ProtocolBounds.of(2).attempts(2).restarts(1).diskFailures(1),
                ProtocolBounds.of(2).another(A),
                ProtocolBounds.of(2).another(B),
                ProtocolBounds.of(2).attempts(2).begunAt(A, B),
                ProtocolBounds.of(3).restarts(1).wipes(1),
                ProtocolBounds.of(2).another(A).withCopies(),
                ProtocolBounds.of(2).restarts(1).wipes(1).withCopies());
    }

    static Stream<ProtocolBounds> full() {
        return Stream.of(
                ProtocolBounds.of(2).attempts(2).restarts(2).wipes(1),
                ProtocolBounds.of(2).attempts(2).restarts(1).wipes(1).diskFailures(1),
                ProtocolBounds.of(2)
                        .attempts(2)
                        .begunAt(A, B)
                        .restarts(1)
                        .wipes(1)
                        .withCopies(),
                ProtocolBounds.of(2).attempts(2).begunAt(A, B).restarts(2).wipes(1),
                ProtocolBounds.of(2).another(A).restarts(1).wipes(1),
                ProtocolBounds.of(2).another(B).restarts(1).wipes(1),
                ProtocolBounds.of(2).attempts(2).another(A).restarts(1),
                ProtocolBounds.of(3).restarts(2).wipes(1),
                ProtocolBounds.of(3).attempts(2).restarts(1).wipes(1),
                ProtocolBounds.of(2).attempts(2).restarts(2).wipes(1).withCopies(),
                ProtocolBounds.of(2).another(B).restarts(1).wipes(1).withCopies(),
                ProtocolBounds.of(3).restarts(1).wipes(1).withCopies(),
                ProtocolBounds.of(3).another(A),
                ProtocolBounds.of(3).another(B),
                ProtocolBounds.of(3).restarts(1).diskFailures(1),
                ProtocolBounds.of(3).another(A).diskFailures(1),
                ProtocolBounds.of(3).another(A).restarts(1),
                ProtocolBounds.of(3).another(B).restarts(1),
                ProtocolBounds.of(3).another(A).restarts(1).wipes(1));
    }

    static Stream<ProtocolBounds> bounds() {
        return FULL ? Stream.concat(quick(), full()) : quick();
    }

    @ParameterizedTest
    @MethodSource("bounds")
    void noPromiseIsBroken(ProtocolBounds bounds) {
        Report report = StateExplorer.explore(new ProtocolModel(bounds, new ProtocolRules()), MAX_STATES);
        System.out.printf("protocol: %s: %s%n", bounds, report);
        assertThat(report.found()).isEmpty();
        assertThat(report.complete()).isTrue();
    }

    /** Only what must hold in every state is looked at, not what is left when all is quiet. */
    private static final class EachState extends ProtocolModel {

        EachState(ProtocolBounds bounds, ProtocolRules rules) {
            super(bounds, rules);
        }

        @Override
        public Optional<ProtocolState> calm(ProtocolState state) {
            return Optional.empty();
        }

        @Override
        public Optional<String> leftOverIn(ProtocolState quiet) {
            return Optional.empty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWrongRuleBreaksWhatItIsSaidToBreak(ProtocolMutants mutant) {
        Report report = StateExplorer.explore(new EachState(mutant.bounds(), mutant.rules()), MAX_STATES);
        System.out.printf("protocol: mutant %s: %s, %s%n", mutant, report, report.found());
        assertThat(report.complete())
                .as("all states seen, and no harm")
                .isEqualTo(mutant.breaks().isEmpty());
        report.found()
                .ifPresent(found ->
                        assertThat(found.broken()).contains(mutant.breaks().orElseThrow()));
    }

    @ParameterizedTest
    @EnumSource
    void aWrongRuleIsFoundNoLaterWhereEverythingMustComeToRest(ProtocolMutants mutant) {
        Report report = StateExplorer.explore(new EachState(mutant.bounds(), mutant.rules()), MAX_STATES);
        CounterExample atRest = StateExplorer.explore(new ProtocolModel(mutant.bounds(), mutant.rules()), MAX_STATES)
                .found()
                .orElseThrow();
        System.out.printf("protocol: mutant %s: %s%n", mutant, atRest);
        report.found()
                .ifPresentOrElse(
                        found -> assertThat(atRest.way())
                                .hasSizeLessThanOrEqualTo(found.way().size()),
                        () -> assertThat(atRest.broken()).contains(mutant.leavesOver()));
    }
}
