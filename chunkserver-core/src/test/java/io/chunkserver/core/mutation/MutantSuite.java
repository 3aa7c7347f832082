package io.chunkserver.core.mutation;

import static org.junit.platform.engine.discovery.ClassNameFilter.excludeClassNamePatterns;
import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs the tests until one fails, in a process of their own: exit status 1 and the name of that test, or 0. */
final class MutantSuite {

    static final int NOTICED = 1;

    /** Begins the line that names the test. */
    static final String NOTICED_BY = "noticed by ";

    private static final String ROOT = "io.chunkserver.core";

    private MutantSuite() {}

    /** The argument is the package whose tests go first. */
    public static void main(String[] arguments) {
        run(List.of(selectPackage(arguments[0])), "package " + arguments[0]);
        run(List.of(selectClass(ROOT + ".CrashExplorationTest")), "crash exploration");
        run(List.of(selectPackage(ROOT)), "everything");
        // Threads of servers that a mutant left behind must not keep the process.
        Runtime.getRuntime().halt(0);
    }

    private static void run(List<DiscoverySelector> selectors, String what) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectors)
                .filters(
                        includeClassNamePatterns(".*(Test|Properties|Simulation)"),
                        excludeClassNamePatterns(
                                ".*\\.mutation\\..*",
                                ".*\\.ArchitectureTest",
                                ".*(Linearizability|Concurrency)Test",
                                ".*ReportTest.*"))
                .configurationParameter("jqwik.database", "target/jqwik-mutants")
                .configurationParameter("jqwik.reporting.usejunitplatform", "true")
                .build();
        LauncherFactory.create().execute(request, new FirstFailure(what));
    }

    private record FirstFailure(String what) implements TestExecutionListener {

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                System.out.println(NOTICED_BY + test.getLegacyReportingName() + " of " + test.getUniqueId());
                result.getThrowable().ifPresent(failure -> failure.printStackTrace(System.out));
                System.out.flush();
                Runtime.getRuntime().halt(NOTICED);
            }
        }
    }
}
