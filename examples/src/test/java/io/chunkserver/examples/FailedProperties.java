package io.chunkserver.examples;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Properties that fail on purpose, run inside a test. */
public final class FailedProperties {

    private FailedProperties() {}

    /** Runs the properties of a class inside this test; returns what is reported of those that fail. */
    public static List<String> of(Class<?> properties) {
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
