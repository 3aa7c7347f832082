package io.chunkserver.runner.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code completion}: a script that teaches a shell the verbs and options. */
@Command(
        name = "completion",
        description = "Print a completion script for a shell in which 'chunkserver' runs this jar.")
final class CompletionCommand implements Callable<Integer> {

    /** The shells that understand the script; zsh reads it through its own emulation of bash's completion. */
    enum Shell {
        bash,
        zsh
    }

    private final Console console;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "bash|zsh", description = "The shell; both read the same script.")
    @SuppressWarnings("UnusedVariable") // only checked: one script serves both
    private Shell shell = Shell.bash;

    CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        console.answerText(AutoComplete.bash(RootCommand.NAME, spec.root().commandLine()));
        return ExitCodes.OK;
    }
}
