package io.chunkserver.core.commit;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Committed;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.testkit.NaiveTransactionTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The log of an explored server: a list of records that are durable, and one of those that a crash may still take. */
final class ExploredLog {

    private final ProtocolRules rules;
    private final ServerId owner;
    private final Waiting waiting;

    private int number;
    private List<LogRecord> durable;
    private List<LogRecord> pending;
    private boolean failed;
    private Set<StageKey> lost;

    /** Goes on with what waits for a force. */
    interface Waiting {

        void forced(LogRecord record);

        void notForced(LogRecord record);
    }

    ExploredLog(ProtocolRules rules, MemberState before, Waiting waiting) {
        this.rules = rules;
        this.waiting = waiting;
        owner = before.self();
        number = before.logs();
        durable = before.durable();
        pending = new ArrayList<>(before.pending());
        failed = before.failed();
        lost = before.lost();
    }

    /** How many logs the server had before this one. */
    int number() {
        return number;
    }

    List<LogRecord> durable() {
        return durable;
    }

    List<LogRecord> pending() {
        return pending;
    }

    boolean failed() {
        return failed;
    }

    Set<StageKey> lost() {
        return lost;
    }

    UUID id() {
        return MemberState.logId(owner, number);
    }

    NaiveTransactionTable table() {
        return MemberState.table(durable);
    }

    Optional<Outcome> outcome(TransactionId transaction) {
        return table().outcome(transaction);
    }

    private static boolean isForced(LogRecord record) {
        return record instanceof Prepared || record instanceof Committed || record instanceof Decided;
    }

    void write(LogRecord record) {
        if (failed) {
            if (isForced(record)) {
                waiting.notForced(record);
            }
            return;
        }
        pending.add(record);
        if (isForced(record) && !rules.waitsFor(record)) {
            waiting.forced(record);
        }
    }

    /** Makes the next record durable that somebody waits for, with those before it. */
    void force() {
        boolean reached = false;
        while (!pending.isEmpty() && !reached) {
            LogRecord record = pending.remove(0);
            durable = MemberState.append(durable, record);
            reached = isForced(record);
            if (reached && rules.waitsFor(record)) {
                waiting.forced(record);
            }
        }
    }

    void fail() {
        failed = true;
        List.copyOf(pending).stream()
                .filter(record -> isForced(record) && rules.waitsFor(record))
                .forEach(waiting::notForced);
    }

    /**
     * Is opened again after a crash.
     *
     * @param survivors how many of the records that were being written are there
     */
    void reopen(int survivors) {
        for (LogRecord record : pending.subList(0, survivors)) {
            durable = MemberState.append(durable, record);
        }
        pending = new ArrayList<>();
        failed = false;
    }

    /** Is gone; a new and empty one takes its place. */
    void wipe() {
        Set<StageKey> all = new HashSet<>(lost);
        durable.stream().map(MemberState::key).forEach(all::add);
        lost = all;
        durable = List.of();
        number++;
    }
}
