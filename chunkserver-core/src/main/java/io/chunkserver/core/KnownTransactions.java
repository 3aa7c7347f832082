package io.chunkserver.core;

import io.chunkserver.core.commit.ChainCoordinator;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.model.TransactionId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
                .or(() -> log.table().outcome(id).map(KnownTransactions::remembered));
    }

    private static TransactionSummary remembered(Outcome outcome) {
        return new TransactionSummary(
                outcome.transaction(),
                outcome.attempt(),
                outcome.chunk(),
                outcome.version(),
                outcome.tombstone(),
                TransactionState.COMMITTED,
                List.of(),
                List.of());
    }
}
