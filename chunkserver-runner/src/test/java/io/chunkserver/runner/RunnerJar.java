package io.chunkserver.runner;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The runner as users have it: a jar that is run in a process of its own. */
final class RunnerJar {

    private static final Path JAR = Path.of(System.getProperty("chunkserver.jar", "target/chunkserver-runner.jar"));

    /** The jar's classes as the virtual machine keeps them; null where nobody made an archive of them. */
    private static final @Nullable String CLASSES = System.getProperty("chunkserver.classes");

    private static final long LIMIT_SECONDS = 120;
    private static final ObjectMapper JSON = new ObjectMapper();

    private RunnerJar() {}

    /**
     * How a verb ended.
     *
     * @param out what it wrote to standard output
     * @param err what it wrote to standard error
     */
    record Outcome(int exitCode, String out, String err) {

        /** The answer of a verb that was run with {@code -o json}: its last line. */
        JsonNode json() {
            String[] lines = out.strip().split("\n");
            return parse(lines[lines.length - 1]);
        }

        /** The same, of a verb that must have succeeded. */
        JsonNode answer(String... arguments) {
            if (exitCode != 0) {
                throw new AssertionError(
                        "exit code " + exitCode + " of " + String.join(" ", arguments) + "\n" + out + err);
            }
            return json();
        }
    }

    /** Runs a verb to its end. */
    static Outcome run(String... arguments) {
        return run(new byte[0], arguments);
    }

    static Outcome run(byte[] standardInput, String... arguments) {
        try {
            Path in = Files.write(Files.createTempFile("in", null), standardInput);
            Path out = Files.createTempFile("out", null);
            Path err = Files.createTempFile("err", null);
            Process process = new ProcessBuilder(command(arguments))
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running: " + Arrays.toString(arguments) + "\n" + Files.readString(err));
            }
            Outcome outcome = new Outcome(
                    process.exitValue(), Files.readString(out, StandardCharsets.UTF_8), Files.readString(err));
            for (Path file : List.of(in, out, err)) {
                Files.delete(file);
            }
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Runs a verb that must succeed, and returns its answer. */
    static JsonNode answer(String... arguments) {
        String[] asked = inJson(arguments);
        return run(asked).answer(asked);
    }

    static String[] inJson(String... arguments) {
        return Stream.concat(Stream.of("-o", "json"), Arrays.stream(arguments)).toArray(String[]::new);
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + json, e);
        }
    }

    static List<String> command(String... arguments) {
        return command(List.of(), arguments);
    }

    /** A verb in a virtual machine with options of its own. */
    static List<String> command(List<String> javaOptions, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // Tests start many short processes: compiling them well does not pay, and reading their classes anew each time
        // does not either.
        command.add("-XX:TieredStopAtLevel=1");
        if (CLASSES != null) {
            // Without a word when the archive does not fit: it makes a start faster and nothing else.
            command.addAll(List.of("-Xlog:disable", "-XX:SharedArchiveFile=" + CLASSES));
        }
        command.addAll(javaOptions);
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
