package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.runner.cli.Clients.OpenClient;
import io.chunkserver.transport.ServerAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
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
     * Settles it at every server that is in doubt about it, after all of them were asked whether one knows better.
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
        List<ServerAddress> asked = servers.servers(open);
        checkThatNoneKnowsBetter(commit, open, asked, console);
        boolean settled = false;
        List<ChunkServerException> failures = new ArrayList<>();
        for (ServerAddress server : asked) {
            try {
                TransactionSummary after = open.client().settleByHand(server, id, commit);
                console.answer(TransactionAnswer.full(server, after));
                settled = true;
            } catch (ChunkServerException e) {
                failures.add(e);
            }
        }
        failures.sort(Comparator.comparing(HandSettlementOptions::isNoDoubt));
        if (!failures.isEmpty() && !(settled && isNoDoubt(failures.get(0)))) {
            failures.stream()
                    .skip(1)
                    .filter(failure -> !isNoDoubt(failure))
                    .forEach(failure -> console.note(failure.failure().describe()));
            throw failures.get(0);
        }
    }

    /** A server that the others do not reach may be reached from here. One that does not answer is told of when it is to settle. */
    private void checkThatNoneKnowsBetter(boolean commit, OpenClient open, List<ServerAddress> asked, Console console)
            throws IOException {
        for (ServerAddress server : asked) {
            Optional<TransactionSummary> known = Optional.empty();
            try {
                known = open.client().transaction(server, id);
            } catch (ChunkServerException e) {
                console.note(e.failure().describe());
            }
            if (known.isPresent() && known.get().isOver() && known.get().isCommitted() != commit) {
                throw Failure.of(
                                ErrorCode.SETTLED_OTHERWISE,
                                "transaction " + id + " is " + (commit ? "aborted" : "committed") + " at server "
                                        + server + "; nothing was done")
                        .toException();
            }
        }
    }

    private static boolean isNoDoubt(ChunkServerException failure) {
        return failure.code() == ErrorCode.TRANSACTION_NOT_FOUND;
    }
}
