package io.chunkserver.core;

import io.chunkserver.core.commit.ChainCoordinator;
import io.chunkserver.core.commit.HandSettlement;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.model.TransactionId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The transactions that a server coordinates, takes part in or remembers. Thread-safe. */
final class KnownTransactions {

    private final ChainCoordinator coordinator;
    private final Participant participant;
    private final TransactionLog log;

    KnownTransactions(ChainCoordinator coordinator, Participant participant, TransactionLog log) {
        this.coordinator = coordinator;
        this.participant = participant;
        this.log = log;
    }

    /** Those that are not over, whoever coordinates them, by their ids. */
    List<TransactionSummary> open() {
        Map<TransactionId, TransactionSummary> coordinated = coordinator.open().stream()
                .collect(Collectors.toMap(TransactionSummary::transaction, Function.identity()));
        Stream<TransactionSummary> taken =
                participant.open().stream().filter(summary -> !coordinated.containsKey(summary.transaction()));
        return Stream.concat(coordinated.values().stream(), taken)
                .sorted(Comparator.comparing(TransactionSummary::transaction))
                .toList();
    }

    /** One of them, also when it is over and its outcome is remembered. */
    Optional<TransactionSummary> find(TransactionId id) {
        return open().stream()
                .filter(summary -> summary.transaction().equals(id))
                .findFirst()
                .or(() -> log.table().outcome(id).map(this::remembered))
                .or(() -> log.table().settledByHand(id).map(KnownTransactions::remembered));
    }

    /** See {@link ChunkServer#settleByHand}. */
    CompletionStage<TransactionSummary> settleByHand(TransactionId id, boolean commit) {
        TransactionState asked = commit ? TransactionState.COMMITTED : TransactionState.ABORTED;
        Optional<TransactionSummary> promised = participant.open().stream()
                .filter(summary -> summary.transaction().equals(id))
                .findFirst();
        if (promised.isPresent()) {
            // Of what its coordinator has aborted meanwhile nothing is remembered.
            return participant
                    .settleByHand(id, commit)
                    .thenApply(
                            settled -> find(id).orElseGet(() -> promised.get().in(asked)));
        }
        Optional<TransactionSummary> over = find(id).filter(TransactionSummary::isOver);
        if (over.isEmpty()) {
            return CompletableFuture.failedFuture(HandSettlement.notPromised(id, participant.self()));
        }
        return over.get().state() == asked
                ? CompletableFuture.completedFuture(over.get())
                : CompletableFuture.failedFuture(HandSettlement.settledOtherwise(id, !commit, participant.self()));
    }

    private TransactionSummary remembered(Outcome outcome) {
        return new TransactionSummary(
                outcome.transaction(),
                outcome.attempt(),
                outcome.chunk(),
                outcome.version(),
                outcome.tombstone(),
                TransactionState.COMMITTED,
                List.of(),
                List.of(),
                log.table()
                        .settledByHand(outcome.transaction())
                        .filter(settled -> settled.attempt().equals(outcome.attempt()))
                        .isPresent());
    }

    private static TransactionSummary remembered(LogRecord.SettledByHand settled) {
        return new TransactionSummary(
                settled.transaction(),
                settled.attempt(),
                settled.chunk(),
                settled.version(),
                settled.tombstone(),
                settled.committed() ? TransactionState.COMMITTED : TransactionState.ABORTED,
                List.of(),
                List.of(),
                true);
    }
}
