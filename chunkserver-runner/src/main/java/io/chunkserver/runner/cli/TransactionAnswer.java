package io.chunkserver.runner.cli;

import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.ServerAddress;
import java.util.Locale;
import java.util.stream.Collectors;

/** What is told about a transaction. */
final class TransactionAnswer {

    private TransactionAnswer() {}

    /** One line of a list. */
    static Answer line(ServerAddress server, TransactionSummary summary) {
        String text = summary.transaction() + "  " + state(summary) + "  " + work(summary) + "  coordinator "
                + coordinator(summary) + "  at " + server;
        return new Answer(text, json(server, summary));
    }

    static Answer full(ServerAddress server, TransactionSummary summary) {
        String chain = summary.chain().stream().map(Member::toString).collect(Collectors.joining(", "));
        String text = "transaction: " + summary.transaction()
                + "\nat server:   " + server
                + "\nstate:       " + state(summary)
                + "\nwork:        " + work(summary)
                + "\nattempt:     " + summary.attempt()
                + "\ncoordinator: " + coordinator(summary)
                + "\nchain:       " + (chain.isEmpty() ? "(no longer known)" : chain)
                + "\nwaiting for: " + waitingFor(server, summary)
                + (summary.byHand()
                        ? "\nheuristic:   settled by hand at this server; others may have another outcome"
                        : "");
        return new Answer(text, json(server, summary));
    }

    private static String waitingFor(ServerAddress server, TransactionSummary summary) {
        return switch (summary.state()) {
            case PREPARING -> "what is still to come of it, a vote, or the record of the decision";
            case PREPARED ->
                isCoordinatedAt(server, summary)
                        ? "this server's log, which failed while the decision was recorded"
                        : "the decision of its coordinator " + coordinator(summary);
            case COMMITTING ->
                summary.waitingFor().isEmpty()
                        ? "this server's disk"
                        : "members that have not confirmed the commit: " + summary.waitingFor();
            case COMMITTED, ABORTED, EXPIRED -> "nobody";
        };
    }

    private static boolean isCoordinatedAt(ServerAddress server, TransactionSummary summary) {
        return summary.chain().stream()
                .limit(1)
                .anyMatch(coordinator -> coordinator.address().equals(server.toString()));
    }

    private static String coordinator(TransactionSummary summary) {
        return summary.coordinator().map(ServerId::toString).orElse("(no longer known)");
    }

    private static String state(TransactionSummary summary) {
        return summary.state().name().toLowerCase(Locale.ROOT);
    }

    private static String work(TransactionSummary summary) {
        return (summary.tombstone() ? "delete of " : "store of ") + summary.chunk() + " version " + summary.version();
    }

    private static JsonLine json(ServerAddress server, TransactionSummary summary) {
        return JsonLine.answer("chunkserver.transaction/1")
                .with("server", server)
                .with("transaction", summary.transaction())
                .with("state", state(summary))
                .with("chunk", summary.chunk())
                .with("version", summary.version().number())
                .with("delete", summary.tombstone())
                .with("attempt", summary.attempt())
                .with("coordinator", summary.coordinator().map(ServerId::value).orElse(""))
                .with(
                        "chain",
                        summary.chain().stream().map(TransactionAnswer::json).toList())
                .with("waitingFor", summary.waitingFor())
                .with("heuristic", summary.byHand());
    }

    private static JsonLine json(Member member) {
        return JsonLine.part().with("server", member.id()).with("address", member.address());
    }
}
