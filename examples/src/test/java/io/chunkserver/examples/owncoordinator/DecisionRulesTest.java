package io.chunkserver.examples.owncoordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.StateExplorer;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DecisionRulesTest {

    private static final Set<String> MEMBERS = Set.copyOf(TransactionModel.MEMBERS);
    private static final int MOST_STATES = 1000;

    @Test
    void theShortestWayToTheHarmThatTheHastyRulesDoIsFound() {
        StateExplorer.Report report =
                StateExplorer.explore(new TransactionModel(new HastyDecisionRules(MEMBERS)), MOST_STATES);

        assertThat(report.found().orElseThrow().toString()).isEqualToNormalizingNewlines("""
                        b has committed, and a has aborted, after 7 steps:
                           1. a promises
                           2. the yes of a arrives
                           3. b promises
                           4. the yes of b arrives
                           5. the coordinator's time runs out
                           6. a hears that it is to abort
                           7. the coordinator restarts and finds the record""");
    }

    @Test
    void theMendedRulesKeepTheTransactionWholeInEveryStateThatCanBeReached() {
        StateExplorer.Report report =
                StateExplorer.explore(new TransactionModel(new DecisionRules(MEMBERS)), MOST_STATES);

        assertThat(report.found()).isEmpty();
        assertThat(report.complete()).isTrue();
        assertThat(report.states()).isEqualTo(92);
    }
}
