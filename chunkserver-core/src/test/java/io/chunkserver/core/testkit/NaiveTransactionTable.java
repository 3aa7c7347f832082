package io.chunkserver.core.testkit;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Ended;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.LogRecord.Removed;
import io.chunkserver.core.commit.log.LogRecord.SettledByHand;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.SettledPromise;
import io.chunkserver.core.commit.log.TransactionTable;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A table so plain that it is right by reading: a few lists that are searched from end to end. The model with which
 * properties compare a log.
 */
public final class NaiveTransactionTable implements TransactionTable {

    private final List<Prepared> inDoubt = new ArrayList<>();
    private final List<Decided> undelivered = new ArrayList<>();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<SettledPromise> settledByHand = new ArrayList<>();
    private final List<Removed> removals = new ArrayList<>();
    private long expiredThroughMillis = -1;

    /** Adds a durable record. */
    public void apply(LogRecord record) {
        if (record instanceof Prepared prepared) {
            inDoubt.removeIf(other -> sameAttempt(other, prepared));
            inDoubt.add(prepared);
        } else if (record instanceof Decided decided) {
            undelivered.removeIf(other -> sameAttempt(other, decided));
            undelivered.add(decided);
            learn(LogRecords.outcome(decided));
        } else if (record instanceof Committed committed) {
            inDoubt.stream()
                    .filter(promise -> sameAttempt(promise, committed))
                    .findFirst()
                    .ifPresent(promise -> learn(LogRecords.outcome(promise, committed.atMillis())));
            inDoubt.removeIf(promise -> sameAttempt(promise, committed));
        } else if (record instanceof Aborted aborted) {
            inDoubt.removeIf(promise -> sameAttempt(promise, aborted));
        } else if (record instanceof SettledByHand settled) {
            inDoubt.stream()
                    .filter(promise -> sameAttempt(promise, settled))
                    .findFirst()
                    .ifPresent(promise -> settle(promise, settled));
        } else if (record instanceof Removed removed) {
            removals.add(removed);
        } else if (record instanceof Ended ended) {
            undelivered.removeIf(decision -> sameAttempt(decision, ended));
        }
    }

    private void settle(Prepared promise, SettledByHand settled) {
        inDoubt.remove(promise);
        settledByHand.removeIf(other -> other.transaction().equals(settled.transaction()));
        settledByHand.add(LogRecords.settledPromise(promise, settled));
        if (settledByHand.size() > MAX_SETTLED_BY_HAND) {
            settledByHand.remove(0);
        }
        if (settled.committed()) {
            learn(LogRecords.outcome(promise, settled.atMillis()));
        }
    }

    /** Forgets all delivered outcomes that are not younger than this transaction. */
    public void forget(TransactionId through) {
        outcomes.removeIf(outcome -> outcome.transaction().compareTo(through) <= 0 && delivered(outcome));
        expiredThroughMillis = Math.max(expiredThroughMillis, through.startedMillis());
        dropNeedlessRemovals();
    }

    /** Drops the removals of chunks without an outcome, as forgetting and each checkpoint do. */
    public void dropNeedlessRemovals() {
        removals.removeIf(removal ->
                outcomes.stream().noneMatch(outcome -> outcome.chunk().equals(removal.chunk())));
    }

    /** Whether the decision that gave this outcome, if it was one, has ended. */
    public boolean delivered(Outcome outcome) {
        return undelivered.stream()
                .noneMatch(decision -> decision.transaction().equals(outcome.transaction())
                        && decision.attempt().equals(outcome.attempt()));
    }

    private void learn(Outcome outcome) {
        outcomes.removeIf(other -> other.transaction().equals(outcome.transaction()));
        outcomes.add(outcome);
    }

    private static boolean sameAttempt(LogRecord one, LogRecord other) {
        return one.transaction().equals(other.transaction()) && one.attempt().equals(other.attempt());
    }

    @Override
    public List<Prepared> inDoubt() {
        return List.copyOf(inDoubt);
    }

    @Override
    public List<Decided> undelivered() {
        return List.copyOf(undelivered);
    }

    @Override
    public Optional<Outcome> outcome(TransactionId transaction) {
        return outcomes.stream()
                .filter(outcome -> outcome.transaction().equals(transaction))
                .findFirst();
    }

    @Override
    public Optional<SettledPromise> settledByHand(TransactionId transaction) {
        return settledByHand.stream()
                .filter(settled -> settled.transaction().equals(transaction))
                .findFirst();
    }

    @Override
    public Collection<Outcome> outcomes() {
        return List.copyOf(outcomes);
    }

    @Override
    public ChunkVersion removed(ChunkId chunk) {
        return removals.stream()
                .filter(removal -> removal.chunk().equals(chunk))
                .map(Removed::version)
                .max(Comparator.naturalOrder())
                .orElse(ChunkVersion.NONE);
    }

    @Override
    public boolean expired(TransactionId transaction) {
        return transaction.startedMillis() <= expiredThroughMillis;
    }
}
