package io.chunkserver.runner;

import com.fasterxml.jackson.databind.JsonNode;
import io.chunkserver.runner.RunnerJar.Outcome;
import io.chunkserver.runner.cli.Console;
import io.chunkserver.runner.cli.Program;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The command line, called in this process: for tests that are about servers and use verbs as a client. Starting a process for each
 * verb takes most of a second; {@link RunnerJar} does it for the tests that are about verbs.
 */
final class Cli {

    private Cli() {}

    /** Runs a verb to its end. */
    static Outcome run(String... arguments) {
        return run(new byte[0], arguments);
    }

    static Outcome run(byte[] standardInput, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console = new Console(new ByteArrayInputStream(standardInput), out, err);
        int exitCode = new Program(console, Map.of()).run(arguments);
        return new Outcome(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs a verb that must succeed, and returns its answer. */
    static JsonNode answer(String... arguments) {
        String[] asked = RunnerJar.inJson(arguments);
        return run(asked).answer(asked);
    }
}
