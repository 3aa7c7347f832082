package io.chunkserver.runner.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * The command line as a whole: arguments in, exit code out.
 *
 * <p>Failures become exit codes here and nowhere else. No verb ends the process itself; a signal does, and verbs that must
 * tidy up then register a shutdown hook. The JVM answers SIGINT with exit code 130 and SIGTERM with 143 by itself.
 */
public final class Program {

    private static final Pattern JSON = Pattern.compile("(^|\n)(-o\n?=?|--output[\n=])json(\n|$)");

    private final Console console;
    private final CommandLine commands;

    /**
     * A program that has not run yet; it runs once.
     *
     * @param environment the process environment
     */
    public Program(Console console, Map<String, String> environment) {
        this.console = console;
        RootCommand root = new RootCommand();
        this.commands = Verbs.on(root, console, environment);
        Failures failures = new Failures(console);
        commands.setOut(console.outWriter())
                .setErr(console.errWriter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(parsed -> run(root, parsed))
                .setParameterExceptionHandler(failures::wrongUsage)
                .setExecutionExceptionHandler(failures::failed);
    }

    /** Runs the verb that the arguments name and returns the exit code. */
    public int run(String... arguments) {
        List<String> given = Arrays.asList(arguments);
        if (JSON.matcher(String.join("\n", given)).find()) {
            // So that even arguments that cannot be parsed are answered in the form that was asked for.
            console.configure(OutputFormat.json, ProgressMode.never, false);
        }
        return commands.execute(VerbDefault.insertServe(given).toArray(String[]::new));
    }

    private int run(RootCommand root, ParseResult parsed) {
        root.global().apply(console);
        return new CommandLine.RunLast().execute(parsed);
    }
}
