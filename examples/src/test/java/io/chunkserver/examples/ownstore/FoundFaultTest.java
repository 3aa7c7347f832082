package io.chunkserver.examples.ownstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

class FoundFaultTest {

    @Test
    void thePropertyFindsTheFaultAndShowsItInFourSteps() {
        assertThat(failuresOf(FailingEarlyCheck.class))
                .singleElement()
                .asString()
                .startsWith("""
                        the store differs from the model, after 4 steps:
                          1. Stage[chunk=/a#0, newerBy=1, lengthBytes=0]
                          2. Stage[chunk=/a#0, newerBy=1, lengthBytes=0]
                          3. Publish[which=0]
                          4. Publish[which=0]
                        [publishing a version that is not newer than the published one]""");
    }

    @Test
    void theSameSeedGivesTheSameReport() {
        assertThat(failuresOf(FailingEarlyCheck.class)).isEqualTo(failuresOf(FailingEarlyCheck.class));
    }

    @Test
    void theMendedStorePasses() {
        assertThat(failuresOf(MapChunkStoreProperties.class)).isEmpty();
    }

    /** Runs the properties of a class inside this test; returns what is reported of those that fail. */
    private static List<String> failuresOf(Class<?> properties) {
        return EngineTestKit.engine("jqwik")
                .selectors(selectClass(properties))
                .configurationParameter("jqwik.database", "target/jqwik-database-of-found-fault")
                .configurationParameter("jqwik.reporting.usejunitplatform", "true") // and so not to standard output
                .execute()
                .testEvents()
                .assertStatistics(events -> events.started(1))
                .failed()
                .map(failed -> failed.getRequiredPayload(TestExecutionResult.class))
                .map(result -> result.getThrowable().orElseThrow().getMessage())
                .toList();
    }
}
