package io.chunkserver.core.commit.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.LogRecordArbitraries;
import io.chunkserver.core.testkit.LogRecords;
import io.chunkserver.core.testkit.NaiveTransactionTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

class TransactionTableProperties {

    @Property(edgeCases = EdgeCasesMode.NONE)
    void theTableAddsUpToTheSameAsTheModel(
            @ForAll("histories") List<LogRecord> records, @ForAll @LongRange(min = 0, max = 7) long forgotten) {
        FoldedTransactionTable table = new FoldedTransactionTable();
        NaiveTransactionTable model = new NaiveTransactionTable();
        for (int i = 0; i < records.size(); i++) {
            table.apply(records.get(i));
            model.apply(records.get(i));
            if (i % 10 == 9) {
                table.forget(LogRecords.transaction(forgotten));
                model.forget(LogRecords.transaction(forgotten));
            }
            assertSame(table, model);
        }
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void aCheckpointRestoresTheTable(
            @ForAll("histories") List<LogRecord> before,
            @ForAll("histories") List<LogRecord> after,
            @ForAll @LongRange(min = 0, max = 7) long forgotten)
            throws MalformedLogException {
        FoldedTransactionTable table = new FoldedTransactionTable();
        before.forEach(table::apply);
        table.forget(LogRecords.transaction(forgotten));
        NaiveTransactionTable model = new NaiveTransactionTable();
        before.forEach(model::apply);
        model.forget(LogRecords.transaction(forgotten));

        model.dropNeedlessRemovals();
        ReplayedTable replayed = new ReplayedTable();
        for (LogEntry entry : table.checkpoint()) {
            replayed.apply(entry, 1);
        }
        assertThat(replayed.restored()).isTrue();
        assertThat(replayed.table().checkpoint()).isEqualTo(table.checkpoint());
        for (LogRecord record : after) {
            replayed.apply(new LogEntry.Event(record), 1);
            model.apply(record);
        }
        assertSame(replayed.table(), model);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void aCheckpointWithoutItsEndIsIgnored(
            @ForAll("histories") List<LogRecord> before,
            @ForAll("histories") List<LogRecord> other,
            @ForAll("histories") List<LogRecord> after,
            @ForAll int cut)
            throws MalformedLogException {
        ReplayedTable replayed = new ReplayedTable();
        NaiveTransactionTable model = new NaiveTransactionTable();
        for (LogRecord record : before) {
            replayed.apply(new LogEntry.Event(record), 1);
            model.apply(record);
        }
        FoldedTransactionTable elsewhere = new FoldedTransactionTable();
        other.forEach(elsewhere::apply);
        List<LogEntry> checkpoint = elsewhere.checkpoint();
        for (LogEntry entry : checkpoint.subList(0, Math.floorMod(cut, checkpoint.size()))) {
            replayed.apply(entry, 1);
        }
        for (LogRecord record : after) {
            replayed.apply(new LogEntry.Event(record), 1);
            model.apply(record);
        }

        assertThat(replayed.restored()).isFalse();
        assertSame(replayed.table(), model);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void whatIsForgottenIsOldOrTooMuchAndNeverUndelivered(
            @ForAll("histories") List<LogRecord> records,
            @ForAll @IntRange(min = 0, max = 6) int minOutcomes,
            @ForAll @IntRange(min = 0, max = 6) int more,
            @ForAll @LongRange(min = 0, max = 10) long ageMillis) {
        FoldedTransactionTable table = new FoldedTransactionTable();
        NaiveTransactionTable model = new NaiveTransactionTable();
        records.forEach(table::apply);
        records.forEach(model::apply);
        OutcomeRetention retention =
                new OutcomeRetention(minOutcomes, Duration.ofMillis(ageMillis), minOutcomes + more);
        long nowMillis = LogRecords.FIRST_MILLIS + 5;

        Optional<TransactionId> through = table.forgettable(retention, nowMillis);
        through.ifPresent(table::forget);
        List<Outcome> kept = keptByModel(model, retention, nowMillis);

        assertThat(table.outcomes()).containsExactlyInAnyOrderElementsOf(kept);
        for (Outcome outcome : model.outcomes()) {
            if (!kept.contains(outcome)) {
                assertThat(table.expired(outcome.transaction())).isTrue();
            }
        }
        assertThat(table.outcomes().size())
                .isLessThanOrEqualTo(
                        Math.max(retention.maxOutcomes(), table.undelivered().size()));
    }

    /** Takes outcomes off one by one, as the retention's rule reads. */
    private static List<Outcome> keptByModel(NaiveTransactionTable model, OutcomeRetention retention, long nowMillis) {
        List<Outcome> kept = new ArrayList<>(model.outcomes());
        List<Outcome> candidates = model.outcomes().stream()
                .filter(model::delivered)
                .sorted(Comparator.comparing(Outcome::transaction))
                .toList();
        int enough = kept.size() > retention.maxOutcomes() ? retention.afterOverflow() : retention.maxOutcomes();
        for (Outcome oldest : candidates) {
            boolean aged = kept.size() > retention.minOutcomes()
                    && nowMillis - oldest.atMillis() > retention.minAge().toMillis();
            if (!aged && kept.size() <= enough) {
                break;
            }
            kept.remove(oldest);
        }
        return kept;
    }

    private static void assertSame(TransactionTable table, NaiveTransactionTable model) {
        assertThat(table.inDoubt()).containsExactlyInAnyOrderElementsOf(model.inDoubt());
        assertThat(table.undelivered()).containsExactlyElementsOf(model.undelivered());
        assertThat(table.outcomes()).containsExactlyInAnyOrderElementsOf(model.outcomes());
        for (Outcome outcome : model.outcomes()) {
            assertThat(table.removed(outcome.chunk())).isEqualTo(model.removed(outcome.chunk()));
        }
        for (long number = 0; number <= 8; number++) {
            TransactionId transaction = LogRecords.transaction(number);
            assertThat(table.outcome(transaction)).isEqualTo(model.outcome(transaction));
            assertThat(table.settledByHand(transaction)).isEqualTo(model.settledByHand(transaction));
            assertThat(table.expired(transaction)).isEqualTo(model.expired(transaction));
        }
    }

    /** Whatever is forgotten of outcomes, the last that were settled by hand are known, and survive a checkpoint. */
    @Example
    void theLastThatWereSettledByHandAreRemembered() throws MalformedLogException {
        FoldedTransactionTable table = new FoldedTransactionTable();
        int count = TransactionTable.MAX_SETTLED_BY_HAND + 1;
        for (int number = count; number > 0; number--) {
            LogRecord.Prepared promise = LogRecords.prepared(number);
            table.apply(promise);
            table.apply(LogRecords.settledByHand(promise, number % 2 == 0));
        }
        table.forget(LogRecords.transaction(count));

        ReplayedTable replayed = new ReplayedTable();
        for (LogEntry entry : table.checkpoint()) {
            replayed.apply(entry, 1);
        }

        assertThat(table.settledByHand(LogRecords.transaction(count))).isEmpty();
        assertThat(replayed.table().settledByHand(LogRecords.transaction(count)))
                .isEmpty();
        for (int number = 1; number < count; number++) {
            assertThat(replayed.table().settledByHand(LogRecords.transaction(number)))
                    .isEqualTo(table.settledByHand(LogRecords.transaction(number)))
                    .isPresent();
        }
    }

    @Provide
    Arbitrary<List<LogRecord>> histories() {
        return LogRecordArbitraries.relatedRecords().list().ofMaxSize(40);
    }
}
