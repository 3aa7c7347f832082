package io.chunkserver.runner.cli;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.client.StatResult;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code chunk stat}: what is known of a chunk without reading it. */
@Command(name = "stat", description = "Show version, length, checksum and attributes of a chunk.")
final class ChunkStatCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(paramLabel = "ID", description = "The chunk, written PATH#INDEX.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private ChunkId id;

    @Mixin
    private final ReaderOptions options = new ReaderOptions();

    ChunkStatCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            StatResult stat =
                    options.readers(open).read(id, server -> open.client().stat(server, id));
            console.answer(ChunkAnswer.full(stat.info(), stat.attributes()));
        }
        return ExitCodes.OK;
    }
}
