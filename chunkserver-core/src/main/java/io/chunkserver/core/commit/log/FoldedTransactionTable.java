package io.chunkserver.core.commit.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.TransactionId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The table as a fold over the log's entries, one after the other: the same entries give the same table, whether they
 * come from callers or from a replay. What is forgotten is an entry too, so that the clock has no say in a replay.
 *
 * <p>A record that fits nothing (an outcome of an attempt that was never prepared, an end without a decision) changes
 * nothing, so that a record may be there twice.
 *
 * <p>Safe for many threads; one at a time applies.
 */
final class FoldedTransactionTable implements TransactionTable {

    /** The watermark of a table that has forgotten nothing; earlier than any transaction. */
    static final long NOTHING_EXPIRED = -1;

    /*
     * Outcomes are in one of two maps: "held" as long as the decision is undelivered, because the coordinator has to go
     * on telling it, and "remembered" after that. Only the latter are forgotten, the oldest id first, which is the first
     * key of the sorted map. So forgetting costs the same however many decisions a dead member keeps undelivered.
     */

    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Key, LogRecord.Prepared> inDoubt = new LinkedHashMap<>();

    @GuardedBy("lock")
    private final Map<Key, LogRecord.Decided> undelivered = new LinkedHashMap<>();

    @GuardedBy("lock")
    private final Map<TransactionId, Outcome> held = new HashMap<>();

    @GuardedBy("lock")
    private final TreeMap<TransactionId, Outcome> remembered = new TreeMap<>();

    /** In the order in which they were settled: what is settled by hand is old, and outcomes are forgotten by their age. */
    @GuardedBy("lock")
    private final Map<TransactionId, SettledPromise> settledByHand = new LinkedHashMap<>();

    /** Copies that were given up; those of chunks without a remembered outcome are dropped when outcomes are. */
    @GuardedBy("lock")
    private final Map<ChunkId, ChunkVersion> removed = new LinkedHashMap<>();

    @GuardedBy("lock")
    private long expiredThroughMillis = NOTHING_EXPIRED;

    private record Key(TransactionId transaction, Attempt attempt) {}

    @Override
    public List<LogRecord.Prepared> inDoubt() {
        synchronized (lock) {
            return List.copyOf(inDoubt.values());
        }
    }

    @Override
    public List<LogRecord.Decided> undelivered() {
        synchronized (lock) {
            return List.copyOf(undelivered.values());
        }
    }

    @Override
    public Optional<Outcome> outcome(TransactionId transaction) {
        synchronized (lock) {
            Outcome delivered = remembered.get(transaction);
            return Optional.ofNullable(delivered != null ? delivered : held.get(transaction));
        }
    }

    @Override
    public Optional<SettledPromise> settledByHand(TransactionId transaction) {
        synchronized (lock) {
            return Optional.ofNullable(settledByHand.get(transaction));
        }
    }

    @Override
    public Collection<Outcome> outcomes() {
        synchronized (lock) {
            List<Outcome> all = new ArrayList<>(remembered.size() + held.size());
            all.addAll(remembered.values());
            all.addAll(held.values());
            return all;
        }
    }

    @Override
    public ChunkVersion removed(ChunkId chunk) {
        synchronized (lock) {
            return removed.getOrDefault(chunk, ChunkVersion.NONE);
        }
    }

    @Override
    public boolean expired(TransactionId transaction) {
        synchronized (lock) {
            return transaction.startedMillis() <= expiredThroughMillis;
        }
    }

    /** Attempts and decisions that still need a record to end them. */
    int openCount() {
        synchronized (lock) {
            return inDoubt.size() + undelivered.size();
        }
    }

    /** Adds one record. */
    void apply(LogRecord record) {
        synchronized (lock) {
            Key key = new Key(record.transaction(), record.attempt());
            if (record instanceof LogRecord.Prepared prepared) {
                inDoubt.put(key, prepared);
            } else if (record instanceof LogRecord.Decided decided) {
                // Removed first, so that the map keeps the order of the log.
                undelivered.remove(key);
                undelivered.put(key, decided);
                remember(outcomeOf(decided));
            } else if (record instanceof LogRecord.Committed committed) {
                LogRecord.@Nullable Prepared prepared = inDoubt.remove(key);
                if (prepared != null) {
                    remember(outcomeOf(prepared, committed.atMillis()));
                }
            } else if (record instanceof LogRecord.Aborted) {
                inDoubt.remove(key);
            } else if (record instanceof LogRecord.SettledByHand settled) {
                settle(key, settled);
            } else if (record instanceof LogRecord.Removed given) {
                remove(given.chunk(), given.version());
            } else if (record instanceof LogRecord.Ended && undelivered.remove(key) != null) {
                Outcome outcome = held.get(key.transaction());
                if (outcome != null && outcome.attempt().equals(key.attempt())) {
                    remember(outcome);
                }
            }
        }
    }

    @GuardedBy("lock")
    private void settle(Key key, LogRecord.SettledByHand settled) {
        LogRecord.@Nullable Prepared prepared = inDoubt.remove(key);
        if (prepared != null) {
            keep(SettledPromise.of(prepared, settled));
            if (settled.committed()) {
                remember(outcomeOf(prepared, settled.atMillis()));
            }
        }
    }

    @GuardedBy("lock")
    private void keep(SettledPromise settled) {
        settledByHand.remove(settled.transaction());
        settledByHand.put(settled.transaction(), settled);
        if (settledByHand.size() > MAX_SETTLED_BY_HAND) {
            settledByHand.remove(settledByHand.keySet().iterator().next());
        }
    }

    /** Whether there are more outcomes than may be remembered. */
    boolean overfull(OutcomeRetention retention) {
        synchronized (lock) {
            return remembered.size() + held.size() > retention.maxOutcomes();
        }
    }

    /** The youngest transaction such that it and all older ones may be forgotten; empty when none may. */
    Optional<TransactionId> forgettable(OutcomeRetention retention, long nowMillis) {
        synchronized (lock) {
            int left = remembered.size() + held.size();
            int enough = left > retention.maxOutcomes() ? retention.afterOverflow() : retention.maxOutcomes();
            long minAgeMillis = retention.minAge().toMillis();
            TransactionId youngest = null;
            for (Outcome oldest : remembered.values()) {
                boolean aged = left > retention.minOutcomes() && nowMillis - oldest.atMillis() > minAgeMillis;
                if (!aged && left <= enough) {
                    break;
                }
                youngest = oldest.transaction();
                left--;
            }
            return Optional.ofNullable(youngest);
        }
    }

    /** Forgets the outcomes of this transaction and all older ones, but for those that are not delivered. */
    void forget(TransactionId through) {
        synchronized (lock) {
            remembered.headMap(through, true).clear();
            expiredThroughMillis = Math.max(expiredThroughMillis, through.startedMillis());
            dropNeedlessRemovals();
        }
    }

    /** Adds an attempt in doubt out of a checkpoint. */
    void restore(LogRecord.Prepared prepared) {
        synchronized (lock) {
            inDoubt.put(new Key(prepared.transaction(), prepared.attempt()), prepared);
        }
    }

    /** Adds a decision that is not delivered out of a checkpoint; its outcome is an entry of its own. */
    void restore(LogRecord.Decided decided) {
        synchronized (lock) {
            undelivered.put(new Key(decided.transaction(), decided.attempt()), decided);
        }
    }

    /** Adds an outcome out of a checkpoint, after all decisions. */
    void restore(Outcome outcome) {
        synchronized (lock) {
            remember(outcome);
        }
    }

    /** Adds a promise that an operator settled out of a checkpoint. */
    void restore(SettledPromise settled) {
        synchronized (lock) {
            keep(settled);
        }
    }

    /** Adds a copy that was given up out of a checkpoint. */
    void restore(ChunkId chunk, ChunkVersion version) {
        synchronized (lock) {
            remove(chunk, version);
        }
    }

    /** Ends the restoring of a checkpoint. */
    void endRestore(long throughMillis) {
        synchronized (lock) {
            expiredThroughMillis = throughMillis;
        }
    }

    /** The table as a checkpoint that restores it, begin and end included. */
    List<LogEntry> checkpoint() {
        synchronized (lock) {
            dropNeedlessRemovals();
            int entries = inDoubt.size()
                    + undelivered.size()
                    + held.size()
                    + remembered.size()
                    + settledByHand.size()
                    + removed.size();
            List<LogEntry> checkpoint = new ArrayList<>(entries + 2);
            checkpoint.add(new LogEntry.CheckpointBegin());
            inDoubt.values().forEach(prepared -> checkpoint.add(new LogEntry.CheckpointPrepared(prepared)));
            undelivered.values().forEach(decided -> checkpoint.add(new LogEntry.CheckpointDecided(decided)));
            held.values().forEach(outcome -> checkpoint.add(new LogEntry.CheckpointOutcome(outcome)));
            remembered.values().forEach(outcome -> checkpoint.add(new LogEntry.CheckpointOutcome(outcome)));
            settledByHand.values().forEach(settled -> checkpoint.add(new LogEntry.CheckpointSettledPromise(settled)));
            removed.forEach((chunk, version) -> checkpoint.add(new LogEntry.CheckpointRemoved(chunk, version)));
            checkpoint.add(new LogEntry.CheckpointEnd(expiredThroughMillis, entries));
            return checkpoint;
        }
    }

    @GuardedBy("lock")
    private void remove(ChunkId chunk, ChunkVersion version) {
        removed.merge(chunk, version, (one, other) -> one.isNewerThan(other) ? one : other);
    }

    /** Nobody asks for a copy that was given up once no outcome says that it ought to be here. */
    @GuardedBy("lock")
    private void dropNeedlessRemovals() {
        if (removed.isEmpty()) {
            return;
        }
        Set<ChunkId> named = new HashSet<>();
        remembered.values().forEach(outcome -> named.add(outcome.chunk()));
        held.values().forEach(outcome -> named.add(outcome.chunk()));
        removed.keySet().retainAll(named);
    }

    @GuardedBy("lock")
    private void remember(Outcome outcome) {
        TransactionId transaction = outcome.transaction();
        // A replay comes here for each of 100,000 outcomes, and mostly finds the other maps empty.
        if (!undelivered.isEmpty() && undelivered.containsKey(new Key(transaction, outcome.attempt()))) {
            remembered.remove(transaction);
            held.put(transaction, outcome);
        } else {
            if (!held.isEmpty()) {
                held.remove(transaction);
            }
            remembered.put(transaction, outcome);
        }
    }

    private static Outcome outcomeOf(LogRecord.Decided decided) {
        return new Outcome(
                decided.transaction(),
                decided.attempt(),
                decided.chunk(),
                decided.version(),
                decided.tombstone(),
                decided.durability(),
                decided.lengthBytes(),
                decided.crc32c(),
                decided.chain().size(),
                decided.atMillis());
    }

    private static Outcome outcomeOf(LogRecord.Prepared prepared, long atMillis) {
        return new Outcome(
                prepared.transaction(),
                prepared.attempt(),
                prepared.chunk(),
                prepared.base().next(),
                prepared.tombstone(),
                prepared.durability(),
                prepared.lengthBytes(),
                prepared.crc32c(),
                prepared.chain().size(),
                atMillis);
    }
}
