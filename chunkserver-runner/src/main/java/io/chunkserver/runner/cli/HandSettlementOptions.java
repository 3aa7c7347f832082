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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

    /**
     * Asks the servers that were named, and the other members that they know of: one may be reached from here and not from them, and what
     * was aborted by hand no member tells another. The coordinator they ask themselves.
     */
    private void checkThatNoneKnowsBetter(boolean commit, OpenClient open, List<ServerAddress> named, Console console)
            throws IOException {
        Set<ServerAddress> others = new LinkedHashSet<>();
        for (ServerAddress server : named) {
            Optional<TransactionSummary> known = known(server, open, console);
            if (known.isPresent()) {
                checkNotOtherwise(commit, server, known.get());
                known.get().chain().stream()
                        .skip(1)
                        .map(member -> ServerAddress.parse(member.address()))
                        .forEach(others::add);
            }
        }
        named.forEach(others::remove);
        for (ServerAddress server : others) {
            Optional<TransactionSummary> known = known(server, open, console);
            if (known.isPresent()) {
                checkNotOtherwise(commit, server, known.get());
            }
        }
    }

    private void checkNotOtherwise(boolean commit, ServerAddress server, TransactionSummary known)
            throws ChunkServerException {
        if (known.isOver() && known.isCommitted() != commit) {
            throw Failure.of(
                            ErrorCode.SETTLED_OTHERWISE,
                            "transaction " + id + " is " + (commit ? "aborted" : "committed") + " at server " + server
                                    + "; nothing was done")
                    .withHint("see how it stands there with: tx show " + id + " --server " + server)
                    .toException();
        }
    }

    /** One that does not answer is told of, and settles nothing either. */
    private Optional<TransactionSummary> known(ServerAddress server, OpenClient open, Console console)
            throws IOException {
        try {
            return open.client().transaction(server, id);
        } catch (ChunkServerException e) {
            console.note(e.failure().describe());
            return Optional.empty();
        }
    }

    private static boolean isNoDoubt(ChunkServerException failure) {
        return failure.code() == ErrorCode.TRANSACTION_NOT_FOUND;
    }
}
