package io.chunkserver.runner.cli;

import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tx abort}: an operator settles a transaction that is in doubt. */
@Command(
        name = "abort",
        description = {
            "Abort a transaction by hand at servers that are in doubt about it, where nobody can tell its outcome any more.",
            "Who may know it is asked once more, and what that one tells counts. Name every member that is in doubt: others do not hear of it.",
            "It is recorded as heuristic: other servers may have another outcome."
        })
final class TransactionAbortCommand implements Callable<Integer> {

    private final Console console;
    private final Clients clients;

    @Mixin
    private final HandSettlementOptions options = new HandSettlementOptions();

    TransactionAbortCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            options.settle(false, open, console);
        }
        return ExitCodes.OK;
    }
}
