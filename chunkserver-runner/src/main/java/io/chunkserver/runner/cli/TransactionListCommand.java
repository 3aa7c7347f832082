package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tx ls}: what is open. */
@Command(name = "ls", description = "List the transactions that are open at each server that is named.")
final class TransactionListCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final ServerOptions options = new ServerOptions();

    TransactionListCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            for (ServerAddress server : options.servers(open)) {
                List<TransactionSummary> transactions = open.client().transactions(server);
                transactions.forEach(summary -> console.answer(TransactionAnswer.line(server, summary)));
                if (transactions.isEmpty()) {
                    console.note("no open transactions at " + server);
                }
            }
        }
        return ExitCodes.OK;
    }
}
