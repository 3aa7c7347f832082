package io.chunkserver.core;

import io.chunkserver.core.commit.ChainCoordinator;
import io.chunkserver.core.commit.Participant;
import io.chunkserver.core.commit.TransactionState;
import io.chunkserver.core.commit.TransactionSummary;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.SettledPromise;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The transactions that a volume coordinates, takes part in or remembers. Thread-safe. */
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

    /** Whether its outcome is known by this log. */
    boolean remembers(TransactionId id) {
        return log.table().outcome(id).isPresent()
                || log.table().settledByHand(id).isPresent();
    }

    /** The version of a chunk that this attempt has made, as far as its outcome is remembered. */
    Optional<ChunkVersion> committed(StageKey key) {
        return log.table()
                .outcome(key.transaction())
                .filter(outcome -> outcome.attempt().equals(key.attempt()))
                .map(Outcome::version);
    }

    /** See {@link ChunkServer#settleByHand}. */
    CompletionStage<TransactionSummary> settleByHand(TransactionId id, boolean commit, Duration timeout) {
        Optional<TransactionSummary> promised = participant.open().stream()
                .filter(summary -> summary.transaction().equals(id))
                .findFirst();
        return participant
                .settleByHand(id, commit, timeout)
                .thenApply(settled -> afterSettling(id, commit, settled ? promised : Optional.empty()));
    }

    /** @param aborted what was settled, of which nothing is remembered if its coordinator has told that it is aborted */
    private TransactionSummary afterSettling(TransactionId id, boolean commit, Optional<TransactionSummary> aborted) {
        TransactionSummary over = find(id).filter(TransactionSummary::isOver)
                .or(() -> aborted.filter(summary -> !commit).map(summary -> summary.in(TransactionState.ABORTED)))
                .orElseThrow(() -> new CompletionException(nothingToSettle(id)));
        if (over.isCommitted() != commit) {
            throw new CompletionException(Failure.of(
                            ErrorCode.SETTLED_OTHERWISE,
                            "transaction " + id + " is " + (commit ? "aborted" : "committed") + " at server "
                                    + participant.self())
                    .at(participant.self())
                    .in(id)
                    .toException());
        }
        return over;
    }

    private ChunkServerException nothingToSettle(TransactionId id) {
        return Failure.of(
                        ErrorCode.TRANSACTION_NOT_FOUND,
                        "server " + participant.self() + " is not in doubt about transaction " + id
                                + ": it has not promised it to another server, or that one has aborted it")
                .withHint("see what it is in doubt about with: tx ls")
                .at(participant.self())
                .in(id)
                .toException();
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

    private static TransactionSummary remembered(SettledPromise settled) {
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
