package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code resume}: a server that was drained takes chunks again. */
@Command(
        name = "resume",
        description =
                "Have a running server that was drained take new chunks again, unless it has another reason not to.")
final class ResumeCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Option(
            names = "--server",
            required = true,
            paramLabel = "HOST:PORT",
            description = "A running chunk server, where it listens: its status and its port file tell.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private ServerAddress server;

    ResumeCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            console.answer(StatusAnswer.of(open.client().resume(server)));
        }
        return ExitCodes.OK;
    }
}
