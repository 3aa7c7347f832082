package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tx commit}: an operator settles a transaction that is in doubt. */
@Command(
        name = "commit",
        description = {
            "Commit a transaction by hand at servers that are in doubt about it, where nobody can tell its outcome any more.",
            "Who may know it is asked once more, and what that one tells counts. Other members hear of the commit when they ask.",
            "It is recorded as heuristic: other servers may have another outcome."
        })
final class TransactionCommitCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final HandSettlementOptions options = new HandSettlementOptions();

    TransactionCommitCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            options.settle(true, open, console);
        }
        return ExitCodes.OK;
    }
}
