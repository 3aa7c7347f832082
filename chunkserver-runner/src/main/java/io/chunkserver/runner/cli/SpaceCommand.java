package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code space}: how much room servers have. */
@Command(
        name = "space",
        description =
                "Show limit, used, reserved and free bytes of each server: those named, or all of a master's cluster.")
final class SpaceCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    SpaceCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    /** Shows every server that answers and names every other one; the first failure gives the exit code. */
    @Override
    public Integer call() throws ConfigException, IOException {
        int exitCode = ExitCodes.OK;
        try (OpenClient open = clients.open()) {
            for (ServerAddress server : options.servers(open)) {
                try {
                    console.answer(SpaceAnswer.of(open.client().status(server)));
                } catch (IOException e) {
                    int failed = console.failure(Failures.of(e));
                    exitCode = exitCode == ExitCodes.OK ? failed : exitCode;
                }
            }
        }
        return exitCode;
    }
}
