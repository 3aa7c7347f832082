package io.chunkserver.examples.owncoordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.testkit.CoordinatorScript;
import io.chunkserver.core.testkit.CoordinatorScript.Begin;
import io.chunkserver.core.testkit.CoordinatorScript.Crash;
import io.chunkserver.core.testkit.CoordinatorScript.Finish;
import io.chunkserver.core.testkit.CoordinatorScript.Pass;
import io.chunkserver.examples.FailedProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The fault of {@link ForgetfulWitness}: the script to which the property shrinks what it finds, and what remains of that by hand. */
class ForgetfulWitnessTest {

    private static final Duration MOMENT = Duration.ofMillis(20);

    /** Shorter than what shrinking finds. The second store is there because its decision makes durable that the first has ended. */
    private static final CoordinatorScript SHORTEST = new CoordinatorScript(List.of(
            new Begin(1),
            new Finish(0),
            new Pass(MOMENT),
            new Begin(2),
            new Finish(1),
            new Pass(MOMENT),
            new Crash(),
            new Pass(MOMENT)));

    @Test
    void thePropertyFindsItAndShowsItInElevenSteps() {
        assertThat(FailedProperties.of(FailingForgetfulWitness.class))
                .singleElement()
                .asString()
                .startsWith("""
                        a promise of the commit protocol is broken, after 11 steps:
                          1. Begin[chunk=1]
                          2. Finish[store=0]
                          3. Pass[time=PT0.001S]
                          4. Begin[chunk=1]
                          5. Begin[chunk=1]
                          6. Begin[chunk=1]
                          7. Begin[chunk=1]
                          8. Begin[chunk=1]
                          9. Finish[store=1]
                          10. CrashAtNextCommit[member=B]
                          11. Pass[time=PT0.001S]
                        [an inquiry was answered ABORT attempt 1.1, and somebody was told the opposite before]""");
    }

    @Test
    void theShortestScriptShowsThatWhatWasCommittedIsSaidToBeAborted() {
        assertThatThrownBy(() -> SHORTEST.run((self, disk, others, environment) ->
                        new ForgetfulWitness(self, disk, others, environment).start()))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("after 8 steps")
                .hasMessageContaining("an inquiry was answered ABORT attempt 1.1");
    }

    @Test
    void theMendedCoordinatorPassesIt() throws IOException {
        SHORTEST.run(
                (self, disk, others, environment) -> new WitnessCoordinator(self, disk, others, environment).start());
    }
}
