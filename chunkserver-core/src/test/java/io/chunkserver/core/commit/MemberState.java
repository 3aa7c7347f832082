package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Aborted;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Ended;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.testkit.NaiveTransactionTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One explored server as far as one chunk is concerned: what is on its disk, what is in its memory, and what it once knew.
 *
 * @param boot         first part of its next attempts
 * @param counter      attempts begun since the start
 * @param logs         logs it had before this one
 * @param durable      the log as a crash leaves it at least, without the attempts that are over
 * @param pending      records after that: a crash leaves any number of the first of them
 * @param failed       the disk of the log has failed: nothing more is written before a restart
 * @param chunk        memory: where the chunk stands
 * @param hold         memory: the promise that goes with the open transaction
 * @param asking       memory: it asks what became of that promise, again and again
 * @param published    disk: who wrote the visible version
 * @param staged       disk: staged files
 * @param coordinating memory: attempts that it coordinates
 * @param asked        memory: attempts that it was asked about; the bytes of one come once in a server's life
 * @param voting       memory: those of them whose coordinators wait for a vote
 * @param lost         what it promised or committed and lost with its log; not known to itself
 */
record MemberState(
        ServerId self,
        long boot,
        long counter,
        int logs,
        List<LogRecord> durable,
        List<LogRecord> pending,
        boolean failed,
        ParticipantState chunk,
        @Nullable Prepared hold,
        boolean asking,
        @Nullable StageKey published,
        Set<StageKey> staged,
        Map<TransactionId, Coordination> coordinating,
        Set<StageKey> asked,
        Set<StageKey> voting,
        Set<StageKey> lost) {

    /** Lies so far apart for two servers that they never number an attempt alike; the product draws it at random. */
    static long firstBoot(ServerId server) {
        return 10L * (1 + server.value().charAt(0) - 'A');
    }

    private static final Comparator<LogRecord> BY_ATTEMPT = Comparator.comparing(LogRecord::transaction)
            .thenComparing(LogRecord::attempt)
            .thenComparing(record -> record instanceof Ended || record instanceof Committed);

    /** An attempt at its coordinator, with the votes that have come so far. */
    record Coordination(StageKey key, Decided decision, CoordinatorState state, Map<ServerId, Boolean> votes) {}

    MemberState {
        durable = List.copyOf(durable);
        pending = List.copyOf(pending);
        staged = Set.copyOf(staged);
        coordinating = Map.copyOf(coordinating);
        asked = Set.copyOf(asked);
        voting = Set.copyOf(voting);
        lost = Set.copyOf(lost);
    }

    static MemberState fresh(ServerId self) {
        return new MemberState(
                self,
                firstBoot(self),
                0,
                0,
                List.of(),
                List.of(),
                false,
                ParticipantState.idle(ChunkVersion.NONE, 0),
                null,
                false,
                null,
                Set.of(),
                Map.of(),
                Set.of(),
                Set.of(),
                Set.of());
    }

    /** The log's id: a new one for each log. */
    UUID logId() {
        return logId(self, logs);
    }

    static UUID logId(ServerId owner, int number) {
        return new UUID(owner.value().charAt(0), number);
    }

    NaiveTransactionTable table() {
        return table(durable);
    }

    /** What these records add up to. */
    static NaiveTransactionTable table(List<LogRecord> log) {
        NaiveTransactionTable table = new NaiveTransactionTable();
        log.forEach(table::apply);
        return table;
    }

    boolean asksAbout(StageKey key) {
        return asking && hold != null && key(hold).equals(key);
    }

    boolean tellsAbout(StageKey key) {
        Coordination open = coordinating.get(key.transaction());
        return open != null && open.key().equals(key);
    }

    static StageKey key(LogRecord record) {
        return new StageKey(record.transaction(), record.attempt());
    }

    /** The log with one more record. Attempts that were aborted are left out: logs that say the same are the same. */
    static List<LogRecord> append(List<LogRecord> log, LogRecord record) {
        List<LogRecord> longer = new ArrayList<>(log);
        if (record instanceof Aborted) {
            longer.removeIf(other -> key(other).equals(key(record)));
        } else if (!longer.contains(record)) {
            longer.add(record);
            longer.sort(BY_ATTEMPT);
        }
        return List.copyOf(longer);
    }
}
