package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.commit.log.TransactionTable;
import io.chunkserver.core.model.Attempt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of calls to a {@link TransactionLog} and of crashes, made up by a property: {@link #run} performs it on a log and on a
 * {@link NaiveTransactionTable}, and compares both after every step. A property that fails shrinks it to the few steps that matter.
 *
 * <p>What a crash may take is what nobody was told is durable, and only from the end: the table must be that of some number of
 * the records written so far, in their order, with all that were told durable among them.
 *
 * <p>The log must remember outcomes for as long as the script runs; forgetting is not part of it.
 *
 * @param steps what is done, in order
 */
public record TransactionLogScript(List<Step> steps) {

    private static final int MOST_STEPS = 30;
    private static final int TRANSACTIONS = 4;
    private static final int ATTEMPTS = 2;

    /** More than the smallest segment has sectors, and a record that is written alone takes a sector at least. */
    private static final int FILLING_RECORDS = 260;

    /** A transaction that no other step writes about. */
    private static final long FILLING = 1000;

    private static final int MOST_CHANGES_BEFORE_CRASH = 6;

    /** The log under test and its disk. */
    public interface Subject {

        /** Opens the log: at first an empty one, later what closing or a crash left of it. */
        TransactionLog open() throws IOException;

        /** Lets the log do everything that waits, on this thread. */
        void work();

        /**
         * Lets the log make so many changes to its disk of what waits, then takes the power away. The log that is open is not
         * used again.
         */
        void crash(int changes) throws IOException;
    }

    /** What a record says. */
    public enum Kind {
        PREPARED,
        DECIDED,
        COMMITTED,
        ABORTED,
        ENDED
    }

    /** One step. */
    public sealed interface Step {}

    /** Writes a record and wants to be told when it is durable. */
    public record Force(Kind kind, long transaction, long attempt) implements Step {}

    /** Writes a record that may be lost. */
    public record Append(Kind kind, long transaction, long attempt) implements Step {}

    /** Lets the log do what waits: until then all records wait together. */
    public record Work() implements Step {}

    /** Writes records that cancel each other out, more than fit into a small segment, so that the log must compact itself. */
    public record FillSegment() implements Step {}

    public record Reopen() implements Step {}

    /** The power goes after so many changes to the disk. */
    public record Crash(int afterChanges) implements Step {}

    /** Scripts of up to {@value #MOST_STEPS} steps about few transactions. */
    public static Arbitrary<TransactionLogScript> scripts() {
        Arbitrary<Kind> kinds = Arbitraries.of(Kind.class);
        Arbitrary<Long> transactions = Arbitraries.longs().between(1, TRANSACTIONS);
        Arbitrary<Long> attempts = Arbitraries.longs().between(1, ATTEMPTS);
        return Arbitraries.<Step>frequencyOf(
                        Tuple.of(
                                8,
                                Combinators.combine(kinds, transactions, attempts)
                                        .as(Force::new)),
                        Tuple.of(
                                4,
                                Combinators.combine(kinds, transactions, attempts)
                                        .as(Append::new)),
                        Tuple.of(4, Arbitraries.just(new Work())),
                        Tuple.of(1, Arbitraries.just(new FillSegment())),
                        Tuple.of(1, Arbitraries.just(new Reopen())),
                        Tuple.of(
                                1,
                                Arbitraries.integers()
                                        .between(0, MOST_CHANGES_BEFORE_CRASH)
                                        .map(Crash::new)))
                .list()
                .ofMaxSize(MOST_STEPS)
                .map(TransactionLogScript::new);
    }

    /** Performs the script; a step after which log and model differ ends it with an error that names the steps up to there. */
    public void run(Subject subject) throws IOException {
        Run run = new Run(subject);
        int number = 0;
        for (Step step : steps) {
            number++;
            try {
                run.perform(step);
            } catch (AssertionError | RuntimeException | IOException e) {
                throw FailedScript.at(steps, number, "the log differs from the model", e);
            }
        }
        run.log.close();
    }

    /** The steps, one a line. */
    @Override
    public String toString() {
        return steps.stream().map(step -> "\n  " + step).collect(Collectors.joining());
    }

    /** A record that was written, and who waits for it. */
    private record Written(LogRecord record, @Nullable CompletableFuture<Void> stage) {

        boolean toldDurable() {
            return stage != null && stage.isDone() && !stage.isCompletedExceptionally();
        }

        boolean toldLost() {
            return stage != null && stage.isCompletedExceptionally();
        }
    }

    private static final class Run {

        private final Subject subject;
        private TransactionLog log;

        /** Everything that was written and not lost, in order. */
        private final List<Written> written = new ArrayList<>();

        Run(Subject subject) throws IOException {
            this.subject = subject;
            this.log = subject.open();
        }

        void perform(Step step) throws IOException {
            if (step instanceof Force force) {
                force(record(force.kind(), force.transaction(), force.attempt()));
                compare(toldDurable());
            } else if (step instanceof Append append) {
                LogRecord record = record(append.kind(), append.transaction(), append.attempt());
                log.append(record);
                written.add(new Written(record, null));
                compare(toldDurable());
            } else if (step instanceof Work) {
                work();
            } else if (step instanceof FillSegment) {
                fill();
            } else if (step instanceof Reopen) {
                log.close();
                assertNobodyWaits("closing");
                log = subject.open();
                compare(written.size());
            } else if (step instanceof Crash crash) {
                subject.crash(crash.afterChanges());
                int durable = toldDurable();
                log = subject.open();
                keepOnly(compare(durable));
            }
        }

        /** What a start has found stays found, whatever those who wrote it were told before the power went. */
        private void keepOnly(int found) {
            written.subList(found, written.size()).clear();
            written.replaceAll(each -> new Written(each.record(), CompletableFuture.completedFuture(null)));
        }

        private void force(LogRecord record) {
            written.add(new Written(record, log.force(record).toCompletableFuture()));
        }

        private void work() {
            subject.work();
            assertNobodyWaits("everything that waited was done");
            compare(written.size());
        }

        private void fill() {
            for (int i = 0; i < FILLING_RECORDS; i++) {
                force(record(i % 2 == 0 ? Kind.PREPARED : Kind.ABORTED, FILLING, 1));
                subject.work();
            }
            work();
        }

        private void assertNobodyWaits(String after) {
            for (Written each : written) {
                assertThat(each.stage() == null || each.stage().isDone())
                        .as("after %s, whoever forced %s is told", after, name(each.record()))
                        .isTrue();
                assertThat(each.toldLost())
                        .as("%s is refused, although nothing is wrong", name(each.record()))
                        .isFalse();
            }
        }

        /** How many records are durable at least. */
        private int toldDurable() {
            for (int i = written.size(); i > 0; i--) {
                if (written.get(i - 1).toldDurable()) {
                    return i;
                }
            }
            return 0;
        }

        /** Finds the fewest records that give the log's table, but not fewer than these; an error when there are none such. */
        private int compare(int atLeast) {
            NaiveTransactionTable model = new NaiveTransactionTable();
            written.subList(0, atLeast).forEach(each -> model.apply(each.record()));
            Table least = Table.of(model);
            Table actual = Table.of(log.table());
            for (int count = atLeast; count <= written.size(); count++) {
                if (Table.of(model).equals(actual)) {
                    return count;
                }
                if (count < written.size()) {
                    model.apply(written.get(count).record());
                }
            }
            assertThat(actual)
                    .as("the table, of %d records of which the first %d are durable", written.size(), atLeast)
                    .isEqualTo(least);
            throw new AssertionError("the table is equal to its model only the second time");
        }
    }

    /** What a table holds, in few words. */
    private record Table(List<String> inDoubt, List<String> undelivered, List<String> outcomes) {

        static Table of(TransactionTable table) {
            return new Table(
                    table.inDoubt().stream()
                            .map(TransactionLogScript::name)
                            .sorted()
                            .toList(),
                    table.undelivered().stream().map(TransactionLogScript::name).toList(),
                    table.outcomes().stream()
                            .map(outcome -> outcome.transaction().sequence() + "."
                                    + outcome.attempt().counter()
                                    + " as " + outcome.version() + " of " + outcome.lengthBytes() + " bytes by "
                                    + outcome.durability())
                            .sorted()
                            .toList());
        }
    }

    private static String name(LogRecord record) {
        return record.getClass().getSimpleName() + " " + record.transaction().sequence() + "."
                + record.attempt().counter();
    }

    private static LogRecord record(Kind kind, long transaction, long attemptNumber) {
        Attempt attempt = new Attempt(1, attemptNumber);
        LogRecord promise = LogRecords.prepared(transaction, attempt);
        return switch (kind) {
            case PREPARED -> promise;
            case DECIDED -> LogRecords.decided(transaction, attempt);
            case COMMITTED -> LogRecords.committed(promise);
            case ABORTED -> LogRecords.aborted(promise);
            case ENDED -> LogRecords.ended(promise);
        };
    }
}
