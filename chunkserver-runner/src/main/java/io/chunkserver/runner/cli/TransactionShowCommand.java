package io.chunkserver.runner.cli;

import io.chunkserver.core.model.TransactionId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.Failover;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tx show}: one transaction, open or remembered. */
@Command(name = "show", description = "Show one transaction as the server sees it.")
final class TransactionShowCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Parameters(paramLabel = "ID", description = "The transaction, as a receipt names it.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private TransactionId id;

    @Mixin
    private final ReadOptions options = new ReadOptions();

    TransactionShowCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            console.answer(new Failover(options.servers())
                    .first(server -> TransactionAnswer.full(server, open.client().transaction(server, id))));
        }
        return ExitCodes.OK;
    }
}
