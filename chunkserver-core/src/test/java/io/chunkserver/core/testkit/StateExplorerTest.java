package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.StateExplorer.CounterExample;
import io.chunkserver.core.testkit.StateExplorer.Report;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StateExplorerTest {

    private static final int NEVER_RESTS = -1;
    private static final int GOES_ROUND = -2;

    /** Counts up by 1 or 3 to a limit; comes to rest by counting down. */
    private record Counter(int limit, int forbidden, int rest) implements StateExplorer.Model<Integer> {

        @Override
        public Integer initial() {
            return 0;
        }

        @Override
        public void steps(Integer state, StateExplorer.Step<Integer> step) {
            if (state + 1 <= limit) {
                step.to("add 1", state + 1);
            }
            if (state + 3 <= limit) {
                step.to("add 3", state + 3);
            }
        }

        @Override
        public long fingerprint(Integer state) {
            return state;
        }

        @Override
        public Optional<String> brokenIn(Integer state) {
            return state == forbidden ? Optional.of("there is a " + state) : Optional.empty();
        }

        @Override
        public Optional<Integer> calm(Integer state) {
            if (rest == NEVER_RESTS) {
                return Optional.of(state + 1);
            } else if (rest == GOES_ROUND) {
                return Optional.of(state == 3 ? 1 : state + 1);
            }
            return state > rest ? Optional.of(state - 1) : Optional.empty();
        }

        @Override
        public Optional<String> leftOverIn(Integer quiet) {
            return quiet == 0 ? Optional.empty() : Optional.of(quiet + " is left over");
        }
    }

    @Test
    void everyStateIsVisitedOnce() {
        Report report = StateExplorer.explore(new Counter(10_000, -1, 0), 20_000);

        assertThat(report.states()).isEqualTo(10_001);
        assertThat(report.steps()).isEqualTo(10_000 + 9_998);
        assertThat(report.depth()).isEqualTo(3_334);
        assertThat(report.complete()).isTrue();
        assertThat(report.found()).isEmpty();
    }

    @Test
    void aCounterExampleIsAsShortAsItCanBe() {
        Report report = StateExplorer.explore(new Counter(100, 7, 0), 200);
        CounterExample found = report.found().orElseThrow();

        assertThat(report.depth()).as("it is the farthest state").isEqualTo(3);
        assertThat(found.broken()).isEqualTo("there is a 7");
        assertThat(found.way()).hasSize(3).contains("add 3", "add 1");
        assertThat(found).asString().startsWith("there is a 7, after 3 steps:");
    }

    @Test
    void whatIsLeftOverWhenAllIsQuietIsFound() {
        CounterExample found =
                StateExplorer.explore(new Counter(100, -1, 2), 200).found().orElseThrow();

        assertThat(found.broken()).isEqualTo("1 is left over");
        assertThat(found.way()).containsExactly("add 1");
    }

    @Test
    void whatNeverComesToRestIsFound() {
        assertThat(StateExplorer.explore(new Counter(0, -1, NEVER_RESTS), 10)
                        .found()
                        .orElseThrow()
                        .broken())
                .contains("does not come to rest within");
    }

    @Test
    void whatGoesRoundForEverIsFound() {
        CounterExample found = StateExplorer.explore(new Counter(0, -1, GOES_ROUND), 10)
                .found()
                .orElseThrow();

        assertThat(found.broken()).contains("does not come to rest", "4 steps on");
        assertThat(found.way()).isEmpty();
    }

    @Test
    void textsThatDifferHaveFingerprintsThatDiffer() {
        int letters = 16;
        Set<Long> fingerprints = new HashSet<>();
        for (int bits = 0; bits < 1 << letters; bits++) {
            StringBuilder text = new StringBuilder();
            for (int letter = 0; letter < letters; letter++) {
                text.append((bits >> letter & 1) == 0 ? "Aa" : "BB"); // these two share their String.hashCode
            }
            fingerprints.add(StateExplorer.fingerprintOf(text.toString()));
            fingerprints.add(StateExplorer.fingerprintOf(Integer.toString(bits)));
        }
        assertThat(fingerprints).hasSize(2 << letters);
        assertThat(StateExplorer.fingerprintOf("state")).isEqualTo(StateExplorer.fingerprintOf("st" + "ate"));
    }

    @Test
    void aCounterExampleAtTheBeginningIsNoStepAway() {
        assertThat(StateExplorer.explore(new Counter(100, 0, 0), 200).depth()).isZero();
    }

    @Test
    void anExplorationThatStopsAtTheLimitDoesNotSayThatItIsComplete() {
        Report report = StateExplorer.explore(new Counter(100, -1, 0), 10);

        assertThat(report.complete()).isFalse();
        assertThat(report.states()).as("0 to 10").isEqualTo(11);
        assertThat(report.depth()).as("to 10: three times 3, once 1").isEqualTo(4);
    }
}
