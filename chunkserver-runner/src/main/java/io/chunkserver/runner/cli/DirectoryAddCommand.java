package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code directory add}: a server that runs takes another data directory. */
@Command(
        name = "add",
        description = {
            "Give a running server another data directory, as after a disk was put in: new chunks go there too.",
            "Add it to data_dirs of the server's configuration as well: the next start must name it."
        })
final class DirectoryAddCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final SingleServerOptions options = new SingleServerOptions();

    @Parameters(
            paramLabel = "PATH",
            description = "An empty directory on the server's machine, by its absolute path; it must be there.")
    private String path = "";

    DirectoryAddCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            console.answer(StatusAnswer.of(open.client().addDirectory(options.address(open), path)));
        }
        return ExitCodes.OK;
    }
}
