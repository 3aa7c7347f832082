package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.RecoveryPlan.Fate;
import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.store.StageKey;
import io.chunkserver.core.testkit.LogRecords;
import io.chunkserver.core.testkit.NaiveTransactionTable;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RecoveryPlanTest {

    private static final Attempt FIRST = new Attempt(1, 1);
    private static final Attempt SECOND = new Attempt(1, 2);

    private final NaiveTransactionTable table = new NaiveTransactionTable();

    @Test
    void whatWasPromisedIsKeptAndAskedFor() {
        Prepared promise = LogRecords.prepared(1);
        table.apply(promise);

        RecoveryPlan plan = plan(ChunkVersion.NONE);

        assertThat(plan.standing()).containsExactly(promise);
        assertThat(plan.of(key(promise))).isEqualTo(Fate.KEEP);
    }

    @Test
    void whatWasCommittedIsPublished() {
        Prepared promise = LogRecords.prepared(1);
        table.apply(promise);
        table.apply(LogRecords.committed(promise));
        table.apply(LogRecords.decided(2));

        RecoveryPlan plan = plan(ChunkVersion.NONE);

        assertThat(plan.standing()).isEmpty();
        assertThat(plan.of(key(promise))).isEqualTo(Fate.PUBLISH);
        assertThat(plan.of(key(LogRecords.decided(2)))).isEqualTo(Fate.PUBLISH);
    }

    @Test
    void whatNobodyWasPromisedIsDiscarded() {
        Prepared promise = LogRecords.prepared(1, SECOND);
        table.apply(promise);
        table.apply(LogRecords.committed(promise));

        RecoveryPlan plan = plan(ChunkVersion.NONE);

        assertThat(plan.of(key(LogRecords.prepared(1, FIRST)))).isEqualTo(Fate.DISCARD);
        assertThat(plan.of(key(LogRecords.prepared(2)))).isEqualTo(Fate.DISCARD);
    }

    @Test
    void aNewerAttemptOutOfTheSameLogMakesAPromiseVoid() {
        Prepared first = LogRecords.prepared(1, FIRST);
        Prepared second = LogRecords.prepared(1, SECOND);
        table.apply(first);
        table.apply(second);

        RecoveryPlan plan = plan(ChunkVersion.NONE);

        assertThat(plan.over()).containsExactly(first);
        assertThat(plan.standing()).containsExactly(second);
        assertThat(plan.of(key(first))).isEqualTo(Fate.DISCARD);
    }

    /** The coordinator may have committed the promised attempt and lost the log that said so. */
    @Test
    void aNewerAttemptOutOfAnotherLogDoesNot() {
        Prepared first = LogRecords.prepared(1, FIRST);
        Prepared second = inLog(new UUID(9, 9), LogRecords.prepared(1, SECOND));
        table.apply(first);
        table.apply(second);

        assertThat(plan(ChunkVersion.NONE).standing()).containsExactly(first, second);
    }

    /**
     * It was aborted, else no copy would have been published here, and the record of that was lost. (The exploration found it: a server
     * stayed in doubt beside a version that was as new, and for ever when the coordinator had lost its log as well.)
     */
    @Test
    void aCopyThatWasPublishedSinceMakesAPromiseVoid() {
        Prepared promise = LogRecords.prepared(1);
        table.apply(promise);

        RecoveryPlan plan = plan(promise.base().next());

        assertThat(plan.over()).containsExactly(promise);
        assertThat(plan.standing()).isEmpty();
        assertThat(plan.of(key(promise))).isEqualTo(Fate.DISCARD);
    }

    @Test
    void theVersionThatItIsBasedOnDoesNot() {
        Prepared promise = LogRecords.prepared(1);
        table.apply(promise);

        assertThat(plan(promise.base()).standing()).containsExactly(promise);
    }

    private RecoveryPlan plan(ChunkVersion committed) {
        return new RecoveryPlan(table, any -> committed);
    }

    private static Prepared inLog(UUID log, Prepared promise) {
        return new Prepared(
                promise.transaction(),
                promise.attempt(),
                promise.chunk(),
                promise.base(),
                promise.epoch(),
                promise.tombstone(),
                promise.durability(),
                promise.lengthBytes(),
                promise.crc32c(),
                promise.chain(),
                log);
    }

    private static StageKey key(LogRecord record) {
        return new StageKey(record.transaction(), record.attempt());
    }
}
