package io.chunkserver.core.commit;

import static io.chunkserver.core.commit.ProtocolBounds.A;
import static io.chunkserver.core.commit.ProtocolBounds.B;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.StateExplorer;
import io.chunkserver.core.testkit.StateExplorer.Report;
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

    @ParameterizedTest
    @EnumSource
    void aWrongRuleIsFound(ProtocolMutants mutant) {
        Report report = StateExplorer.explore(new ProtocolModel(mutant.bounds(), mutant.rules()), MAX_STATES);
        assertThat(report.found()).as("%s in %s", mutant, mutant.bounds()).isPresent();
        System.out.printf("protocol: mutant %s: %s%n", mutant, report.found().get());
    }
}
