package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code scrub start}: all chunks are examined, as fast as is configured. */
@Command(
        name = "start",
        description = "Begin to examine all chunks of each server that is named, as fast as it is configured for.")
final class ScrubStartCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    ScrubStartCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            return new EveryServer(console).ask(options.servers(open), server -> {
                // What a cycle that is under way has found is the answer of scrub status: this one is that the scrub
                // runs.
                console.answer(ScrubAnswer.of(server, open.client().startScrub(server)));
                return ExitCodes.OK;
            });
        }
    }
}
