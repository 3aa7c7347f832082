package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code resume}: a server that was drained takes chunks again. */
@Command(
        name = "resume",
        description =
                "Have a running server, or a data directory of it, that was drained take new chunks again, unless it has another reason not to.")
final class ResumeCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final SingleServerOptions options = new SingleServerOptions();

    @Option(
            names = "--directory",
            paramLabel = "ID",
            description = "The data directory that was drained, by its id; without it the whole server.")
    private @Nullable UUID directory;

    ResumeCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            ServerAddress server = options.address(open);
            console.answer(StatusAnswer.of(
                    directory == null
                            ? open.client().resume(server)
                            : open.client().emptyDirectory(server, directory, false)));
        }
        return ExitCodes.OK;
    }
}
