package io.chunkserver.runner.cli;

import io.chunkserver.runner.config.ConfigLoader;
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

    private static final Pattern JSON = Pattern.compile("(^|\\n)(-o\\n?=?|--output[\\n=])json(\\n|$)");

    private final Console console;
    private final Map<String, String> environment;

    /**
     * A program on these streams.
     *
     * @param environment the process environment
     */
    public Program(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = Map.copyOf(environment);
    }

    /** Runs the verb that the arguments name and returns the exit code. */
    public int run(String... given) {
        List<String> arguments = VerbDefault.insertServe(List.of(given));
        if (JSON.matcher(String.join("\n", arguments)).find()) {
            // So that even arguments that cannot be parsed are answered in the form that was asked for.
            console.configure(OutputFormat.json, ProgressMode.never, false);
        }
        RootCommand root = new RootCommand();
        ConfigReader config = new ConfigReader(root.global(), new ConfigLoader(environment), environment);
        Failures failures = new Failures(console);
        int exitCode = new Verbs(console, config)
                .on(root, VerbDefault.verb(arguments))
                .setOut(console.outWriter())
                .setErr(console.errWriter())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionStrategy(parsed -> run(root, parsed))
                .setParameterExceptionHandler(failures::wrongUsage)
                .setExecutionExceptionHandler(failures::failed)
                .execute(arguments.toArray(String[]::new));
        // A script that keeps the answer must not take half of it for the whole.
        return exitCode == ExitCodes.OK && console.hasLostAnswers() ? failures.lostAnswer() : exitCode;
    }

    private static boolean asksForVersion(ParseResult parsed) {
        return parsed.asCommandLineList().stream()
                .filter(command -> command.isVersionHelpRequested() || command.isUsageHelpRequested())
                .findFirst()
                .filter(command -> !command.isUsageHelpRequested())
                .isPresent();
    }

    private int run(RootCommand root, ParseResult parsed) {
        root.global().apply(console);
        if (asksForVersion(parsed)) {
            // The parser would write it for people alone.
            console.answer(ManifestVersion.answer());
            return ExitCodes.OK;
        }
        return new CommandLine.RunLast().execute(parsed);
    }
}
