package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.protocol.ServerStatus;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code scrub status}: how far servers have got. */
@Command(
        name = "status",
        description = {
            "Show how far each server that is named has got with examining its chunks.",
            "Exit code 7 when it has found damage, in this cycle or, when none is under way, in the last, or when chunks are "
                    + "not there that should be; else 12 when a disk did not give chunks."
        })
final class ScrubStatusCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    ScrubStatusCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            return new EveryServer(console).ask(options.servers(open), server -> {
                ServerStatus status = open.client().status(server);
                console.answer(ScrubAnswer.of(server, status));
                return ScrubAnswer.exitCode(status.scrub(), status.lostChunks());
            });
        }
    }
}
