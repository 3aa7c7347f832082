package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which transaction an operator settles, and where. */
final class HandSettlementOptions {

    @Spec(Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ID", description = "The transaction, as tx ls names it.")
    @SuppressWarnings("NullAway.Init") // picocli insists on a value
    private TransactionId id;

    @Option(
            names = "--yes",
            description = "Say that its coordinator is gone for good or has lost its log; nothing is done without it.")
    private boolean yes;

    @Mixin
    private final ServerOptions servers = new ServerOptions();

    /**
     * Settles it at every server that is in doubt about it.
     *
     * @throws ChunkServerException the first failure, after all servers were asked; that a server is in no doubt is none, as long as another
     *     one was
     */
    void settle(boolean commit, OpenClient open, Console console) throws IOException {
        if (!yes) {
            throw new ParameterException(
                    spec.commandLine(),
                    "transaction " + id + " would be " + (commit ? "committed" : "aborted")
                            + " whatever its coordinator has decided; give --yes if that is gone for good");
        }
        boolean settled = false;
        @Nullable ChunkServerException failure = null;
        for (ServerAddress server : servers.servers(open)) {
            try {
                TransactionSummary after = open.client().settleByHand(server, id, commit);
                console.answer(TransactionAnswer.full(server, after));
                settled = true;
            } catch (ChunkServerException e) {
                failure = failure == null || isNoDoubt(failure) ? e : failure;
            }
        }
        if (failure != null && !(settled && isNoDoubt(failure))) {
            throw failure;
        }
    }

    private static boolean isNoDoubt(ChunkServerException failure) {
        return failure.code() == ErrorCode.TRANSACTION_NOT_FOUND;
    }
}
