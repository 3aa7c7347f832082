package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code resume}: a server that was drained takes chunks again. */
@Command(
        name = "resume",
        description =
                "Have a running server that was drained take new chunks again, unless it has another reason not to.")
final class ResumeCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final SingleServerOptions options = new SingleServerOptions();

    ResumeCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            console.answer(StatusAnswer.of(open.client().resume(options.address(open))));
        }
        return ExitCodes.OK;
    }
}
