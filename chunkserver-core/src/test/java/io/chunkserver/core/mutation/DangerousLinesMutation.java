package io.chunkserver.core.mutation;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.MoreFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Takes each of the {@link DangerousLines} out of the product in turn and runs the tests of this module on what is left.
 *
 * <p>Takes some minutes, so only the profile {@code mutation} runs it: {@code mvn -pl chunkserver-core -Pmutation test}. After a
 * change of a few lines, {@code -Dmutation.only=REGEX} takes out only those in whose names, or names of their files, that is found.
 *
 * <p>What is printed of each begins with one word: {@code NOTICED} with the test that failed, {@code SURVIVED}, which fails this test, or
 * {@code HUNG} or {@code DIED}, which count as noticed and may be looked at: they may be the mutant's doing or the machine's.
 */
class DangerousLinesMutation {

    private static final String ROOT = "io.chunkserver.core";
    static final Path SOURCES = Path.of("src/main/java/io/chunkserver/core");
    private static final Path CLASSES = Path.of("target/classes");
    private static final Path MUTANTS = Path.of("target/mutants");

    /** Many times what all tests take. Whoever runs this on a busy machine does not want a slow run taken for a hang. */
    private static final int MAX_MINUTES = 20;

    /** How a run of the tests ended. */
    private enum End {
        SURVIVED,
        /** A test failed. */
        NOTICED,
        /** A test did not end. That is noticed too, since no build passes with it, but no test says what is wrong. */
        HUNG,
        /** The process did not tell of a test that failed, and neither did all tests pass. Noticed, as with one that hangs. */
        DIED
    }

    private record Verdict(DangerousLine line, End end) {}

    private record Outcome(End end, String how) {

        @Override
        public String toString() {
            return end + " " + how;
        }
    }

    @Test
    void theTestsNoticeWhenADangerousLineIsGone() throws Exception {
        if (Files.exists(MUTANTS)) {
            // A mutant of an earlier run must not stand beside one of this run.
            MoreFiles.deleteRecursively(MUTANTS);
        }
        assertThat(run(MUTANTS.resolve("none"), List.of(), ROOT + ".store").end())
                .as("a test fails although nothing was taken out; it would notice everything")
                .isEqualTo(End.SURVIVED);
        List<DangerousLine> lines = chosen();
        List<Verdict> verdicts = verdicts(lines);
        System.out.printf(
                "dangerous lines: %d %s%n",
                lines.size(),
                verdicts.stream().collect(Collectors.groupingBy(Verdict::end, TreeMap::new, Collectors.counting())));
        assertThat(verdicts.stream()
                        .filter(verdict -> verdict.end() == End.SURVIVED)
                        .map(Verdict::line))
                .as("lines whose loss no test notices")
                .isEmpty();
    }

    private static List<DangerousLine> chosen() {
        Predicate<String> only =
                Pattern.compile(System.getProperty("mutation.only", "")).asPredicate();
        List<DangerousLine> lines = DangerousLines.all().stream()
                .filter(line -> only.test(line.toString()))
                .toList();
        assertThat(lines).as("lines of these names").isNotEmpty();
        return lines;
    }

    private static List<Verdict> verdicts(List<DangerousLine> lines) throws Exception {
        ExecutorService workers =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        try {
            List<Future<Verdict>> running = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                DangerousLine line = lines.get(i);
                Path folder = MUTANTS.resolve(Integer.toString(i));
                Callable<Verdict> trial = () -> judge(line, folder);
                running.add(workers.submit(trial));
            }
            List<Verdict> verdicts = new ArrayList<>();
            for (Future<Verdict> verdict : running) {
                verdicts.add(verdict.get());
            }
            return verdicts;
        } finally {
            workers.shutdownNow();
        }
    }

    private static Verdict judge(DangerousLine line, Path folder) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Path classes = Files.createDirectories(folder.resolve("classes"));
        compile(line, folder, classes);
        Outcome outcome = run(folder, List.of(classes), line.packageName(ROOT));
        System.out.printf(
                "dangerous lines: %s: %s, %d s%n",
                line, outcome, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
        return new Verdict(line, outcome.end());
    }

    /**
     * Runs the tests in a process of their own.
     *
     * @param instead classes that come before those of the product
     * @param first   the package whose tests go first
     */
    private static Outcome run(Path folder, List<Path> instead, String first) throws IOException, InterruptedException {
        Path output = Files.createDirectories(folder).resolve("output.txt");
        String mutants = instead.stream().map(path -> path + File.pathSeparator).collect(Collectors.joining());
        Process tests = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx1g",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                        "-Dsimulation.runs=" + System.getProperty("simulation.runs"),
                        "-Dsimulation.hours=" + System.getProperty("simulation.hours"),
                        "-cp",
                        mutants + System.getProperty("java.class.path"),
                        MutantSuite.class.getName(),
                        first)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = tests.waitFor(MAX_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            tests.destroyForcibly();
            return new Outcome(End.HUNG, "for " + MAX_MINUTES + " minutes: " + output);
        }
        return tests.exitValue() == 0 ? new Outcome(End.SURVIVED, "all tests") : failed(tests.exitValue(), output);
    }

    private static void compile(DangerousLine line, Path folder, Path classes) throws IOException {
        Path source = folder.resolve(Path.of(line.file()).getFileName().toString());
        Files.writeString(source, line.mutate(SOURCES));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        int status = compiler.run(
                null,
                null,
                null,
                "-nowarn",
                "-proc:none",
                "-cp",
                CLASSES + File.pathSeparator + System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                source.toString());
        if (status != 0) {
            throw new IllegalStateException("the mutant without " + line + " does not compile");
        }
    }

    private static Outcome failed(int status, Path output) throws IOException {
        List<String> lines = Files.readAllLines(output);
        return lines.stream()
                .filter(line -> status == MutantSuite.NOTICED && line.startsWith(MutantSuite.NOTICED_BY))
                .findFirst()
                .map(line -> new Outcome(End.NOTICED, line.substring(MutantSuite.NOTICED_BY.length())))
                .orElseGet(() -> new Outcome(End.DIED, "with exit status " + status + ": " + output));
    }
}
