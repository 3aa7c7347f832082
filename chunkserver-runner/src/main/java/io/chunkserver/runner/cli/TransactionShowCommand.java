package io.chunkserver.runner.cli;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.Failover;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
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
    private final ServerOptions options = new ServerOptions();

    TransactionShowCommand(Console console, Clients clients) {
        this.console = console;
        this.clients = clients;
    }

    @Override
    public Integer call() throws ConfigException, IOException {
        try (OpenClient open = clients.open()) {
            console.answer(new Failover(options.servers(open)).first(server -> answer(open.client(), server)));
        }
        return ExitCodes.OK;
    }

    private Answer answer(ChunkClient client, ServerAddress server) throws IOException {
        return TransactionAnswer.full(
                server,
                client.transaction(server, id)
                        .orElseThrow(() -> Failure.of(
                                        ErrorCode.TRANSACTION_NOT_FOUND,
                                        "server at " + server + " knows nothing of transaction " + id)
                                .withHint("it never came there, was aborted, or is so old that it was forgotten")
                                .toException()));
    }
}
