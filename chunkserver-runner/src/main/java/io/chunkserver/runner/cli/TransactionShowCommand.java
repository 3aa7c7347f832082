package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.runner.config.ConfigException;
import io.chunkserver.runner.file.Failover;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.client.ChunkClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tx show}: one transaction, open or remembered. */
@Command(name = "show", description = "Show one transaction as each server that is named sees it, if it knows of it.")
final class TransactionShowCommand implements Callable<Integer> {

    private static final Logger logger = LoggerFactory.getLogger(TransactionShowCommand.class);

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
            show(open.client(), options.servers(open));
        }
        return ExitCodes.OK;
    }

    /** One answer of each server that knows it; they may see it differently. */
    private void show(ChunkClient client, List<ServerAddress> servers) throws IOException {
        boolean known = false;
        List<ChunkServerException> failures = new ArrayList<>();
        for (ServerAddress server : servers) {
            try {
                Optional<TransactionSummary> summary = client.transaction(server, id);
                summary.ifPresent(found -> console.answer(TransactionAnswer.full(server, found)));
                known |= summary.isPresent();
            } catch (ChunkServerException e) {
                failures.add(e);
            }
        }
        if (!known) {
            throw failures.isEmpty() ? unknown(servers) : Failover.together(failures);
        }
        failures.forEach(failure ->
                logger.warn("a server was not heard: {}", failure.failure().describe()));
    }

    private ChunkServerException unknown(List<ServerAddress> servers) {
        String who = servers.size() == 1
                ? "server at " + servers.get(0) + " knows nothing of transaction "
                : "none of " + servers.size() + " servers knows of transaction ";
        return Failure.of(ErrorCode.TRANSACTION_NOT_FOUND, who + id)
                .withHint("it never came there, was aborted, or is so old that it was forgotten")
                .in(id)
                .toException();
    }
}
