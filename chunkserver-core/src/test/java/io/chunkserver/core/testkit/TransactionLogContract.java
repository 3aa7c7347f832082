package io.chunkserver.core.testkit;

import static io.chunkserver.core.testkit.LogRecords.aborted;
import static io.chunkserver.core.testkit.LogRecords.committed;
import static io.chunkserver.core.testkit.LogRecords.decided;
import static io.chunkserver.core.testkit.LogRecords.ended;
import static io.chunkserver.core.testkit.LogRecords.prepared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.log.LogRecord;
import io.chunkserver.core.commit.log.LogRecord.Decided;
import io.chunkserver.core.commit.log.LogRecord.Prepared;
import io.chunkserver.core.commit.log.Outcome;
import io.chunkserver.core.commit.log.TransactionLog;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.TransactionId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What every {@link TransactionLog} promises.
 *
 * <p>Extend it and implement {@link #openLog} and {@link #crash}. The suite opens the log before each test and closes it
 * after; in between it may crash it, or close it, and open it again to see what it kept.
 */
@ExtendWith(PromiseReport.class)
public abstract class TransactionLogContract implements PromiseReport.Traced {

    private static final Attempt SECOND_ATTEMPT = new Attempt(1, 2);
    private static final long SECONDS = 30;

    private final CallTrace trace = new CallTrace();
    private TransactionLog log;

    /**
     * Opens the log under test; the first call of a test finds it empty, later calls as it was closed or as the crash
     * left it.
     */
    protected abstract TransactionLog openLog() throws IOException;

    /**
     * Takes the power away: what was not durable is lost. The log that is open is not used again, not even closed. Where
     * that cannot be simulated, leaving the log as it is will do, which is what the death of a process does.
     */
    protected abstract void crash() throws IOException;

    @BeforeEach
    final void open() throws IOException {
        log = traced();
    }

    @AfterEach
    final void close() throws IOException {
        log.close();
    }

    @Override
    public final CallTrace trace() {
        return trace;
    }

    private TransactionLog traced() throws IOException {
        return trace.of(TransactionLog.class, openLog());
    }

    /** The log under test. */
    protected final TransactionLog log() {
        return log;
    }

    /** Crashes the log and opens it again. */
    protected final void crashAndReopen() throws IOException {
        trace.note("the power goes");
        crash();
        log = traced();
    }

    /** Closes the log and opens it again. */
    protected final void closeAndReopen() throws IOException {
        log.close();
        log = traced();
    }

    /** Forces a record and waits for it. */
    protected final void force(LogRecord record) {
        await(log.force(record));
    }

    private static void await(CompletionStage<Void> stage) {
        assertThat(stage.toCompletableFuture())
                .as("the stage of a forced record completes")
                .succeedsWithin(Duration.ofSeconds(SECONDS));
    }

    // Durability

    @Test
    void aNewLogIsEmpty() {
        assertThat(log.table().inDoubt()).isEmpty();
        assertThat(log.table().undelivered()).isEmpty();
        assertThat(log.table().outcomes()).isEmpty();
    }

    @Test
    void aForcedRecordIsInTheTableWhenItsStageCompletes() throws Exception {
        Prepared promise = prepared(1);
        List<Prepared> seen = Collections.synchronizedList(new ArrayList<>());

        log.force(promise)
                .thenRun(() -> seen.addAll(log.table().inDoubt()))
                .toCompletableFuture()
                .get(SECONDS, TimeUnit.SECONDS);

        assertThat(seen).containsExactly(promise);
    }

    @Test
    void aForcedRecordOutlivesACrash() throws IOException {
        Prepared promise = prepared(1);
        Decided decision = decided(2);
        force(promise);
        force(decision);

        crashAndReopen();

        assertThat(log.table().inDoubt()).containsExactly(promise);
        assertThat(log.table().undelivered()).containsExactly(decision);
        assertThat(log.table().outcome(decision.transaction())).isPresent();
    }

    @Test
    void recordsAppendedBeforeAForcedOneOutliveACrashWithIt() throws IOException {
        Prepared promise = prepared(1);
        force(promise);

        log.append(aborted(promise));
        force(prepared(2));
        crashAndReopen();

        assertThat(log.table().inDoubt()).containsExactly(prepared(2));
    }

    @Test
    void anAppendedRecordOutlivesAnOrderlyClose() throws IOException {
        Decided decision = decided(1);
        force(decision);

        log.append(ended(decision));
        closeAndReopen();

        assertThat(log.table().undelivered()).isEmpty();
        assertThat(log.table().outcome(decision.transaction())).isPresent();
    }

    @Test
    void aReplayGivesTheSameTableInTheSameOrder() throws IOException {
        for (int number = 1; number <= 60; number++) {
            Prepared promise = prepared(number);
            Decided decision = decided(100 + number);
            force(promise);
            force(decision);
            if (number % 3 == 0) {
                force(committed(promise));
                log.append(ended(decision));
            } else if (number % 3 == 1) {
                log.append(aborted(promise));
            }
        }
        force(prepared(1000));
        List<Prepared> inDoubt = log.table().inDoubt();
        List<Decided> undelivered = log.table().undelivered();
        List<Outcome> outcomes = List.copyOf(log.table().outcomes());

        for (boolean crash : new boolean[] {true, false, true}) {
            if (crash) {
                crashAndReopen();
            } else {
                closeAndReopen();
            }
            assertThat(log.table().inDoubt()).isEqualTo(inDoubt);
            assertThat(log.table().undelivered()).isEqualTo(undelivered);
            assertThat(log.table().outcomes()).containsExactlyInAnyOrderElementsOf(outcomes);
        }
    }

    // The table

    @Test
    void aPromiseIsInDoubtUntilItIsAborted() {
        Prepared promise = prepared(1);
        force(promise);
        assertThat(log.table().inDoubt()).containsExactly(promise);

        force(aborted(promise));

        assertThat(log.table().inDoubt()).isEmpty();
        assertThat(log.table().outcome(promise.transaction())).isEmpty();
    }

    @Test
    void aPromiseThatIsCommittedIsRememberedAsItWasGiven() {
        Prepared promise = prepared(7);
        force(promise);

        force(committed(promise, 123));

        assertThat(log.table().inDoubt()).isEmpty();
        assertThat(log.table().outcome(promise.transaction())).contains(LogRecords.outcome(promise, 123));
    }

    @Test
    void aDecisionIsAnOutcomeAtOnceAndUndeliveredUntilItEnds() {
        Decided decision = decided(1);
        force(decision);
        assertThat(log.table().undelivered()).containsExactly(decision);
        assertThat(log.table().outcome(decision.transaction())).contains(LogRecords.outcome(decision));

        force(ended(decision));

        assertThat(log.table().undelivered()).isEmpty();
        assertThat(log.table().outcome(decision.transaction())).isPresent();
    }

    @Test
    void twoAttemptsOfATransactionAreInDoubtSideBySide() {
        Prepared first = prepared(1);
        Prepared second = prepared(1, SECOND_ATTEMPT);
        force(first);
        force(second);
        assertThat(log.table().inDoubt()).containsExactly(first, second);

        force(aborted(first));
        force(committed(second));

        assertThat(log.table().inDoubt()).isEmpty();
        assertThat(log.table().outcome(second.transaction()).orElseThrow().attempt())
                .isEqualTo(SECOND_ATTEMPT);
    }

    @Test
    void aRecordThatFitsNothingChangesNothing() {
        Prepared promise = prepared(1);
        force(promise);

        force(committed(prepared(2)));
        force(aborted(prepared(1, SECOND_ATTEMPT)));
        force(ended(decided(3)));

        assertThat(log.table().inDoubt()).containsExactly(promise);
        assertThat(log.table().undelivered()).isEmpty();
        assertThat(log.table().outcomes()).isEmpty();
    }

    @Test
    void aRecordThatIsThereTwiceCountsOnce() {
        Prepared promise = prepared(1);
        Decided decision = decided(2);
        List.of(promise, promise, decision, decision, committed(promise), committed(promise), ended(decision))
                .forEach(this::force);

        assertThat(log.table().inDoubt()).isEmpty();
        assertThat(log.table().undelivered()).isEmpty();
        assertThat(log.table().outcomes())
                .extracting(Outcome::transaction)
                .containsExactlyInAnyOrder(promise.transaction(), decision.transaction());
    }

    @Test
    void anOutcomeThatIsRememberedIsNotExpiredAndNeitherIsAnUnknownOne() {
        Decided decision = decided(1);
        force(decision);

        assertThat(log.table().expired(decision.transaction())).isFalse();
        assertThat(log.table().expired(new TransactionId("other", 0, 0))).isFalse();
    }

    @Test
    void whatTheTableAnsweredDoesNotChangeLater() {
        Prepared promise = prepared(1);
        force(promise);
        List<Prepared> before = log.table().inDoubt();

        force(aborted(promise));

        assertThat(before).containsExactly(promise);
    }

    // Threads

    @Test
    void stagesCompleteInTheOrderOfTheCalls() {
        List<Integer> completed = Collections.synchronizedList(new ArrayList<>());
        List<CompletionStage<Void>> stages = new ArrayList<>();
        for (int number = 0; number < 50; number++) {
            int call = number;
            stages.add(log.force(prepared(number)).thenRun(() -> completed.add(call)));
        }
        stages.forEach(TransactionLogContract::await);

        assertThat(completed).isSorted().hasSize(50);
    }

    @Test
    void recordsForcedFromAStageBecomeDurableToo() {
        Prepared promise = prepared(1);

        await(log.force(promise).thenCompose(done -> log.force(committed(promise))));

        assertThat(log.table().outcome(promise.transaction())).isPresent();
    }

    @Test
    void recordsOfManyThreadsAllBecomeDurable() throws Exception {
        int threads = 8;
        int each = 25;
        ExecutorService callers = Executors.newFixedThreadPool(threads);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<?>> calls = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * each;
                calls.add(callers.submit(() -> {
                    start.await();
                    for (int number = first; number < first + each; number++) {
                        await(log.force(prepared(number)));
                        assertThat(log.table().inDoubt()).contains(prepared(number));
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> call : calls) {
                call.get(SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            callers.shutdownNow();
        }

        crashAndReopen();

        assertThat(Set.copyOf(log.table().inDoubt())).hasSize(threads * each);
    }

    // Closing

    @Test
    void closingAgainChangesNothing() throws IOException {
        force(prepared(1));

        log.close();
        log.close();
        log = traced();

        assertThat(log.table().inDoubt()).containsExactly(prepared(1));
    }

    @Test
    void aRecordAfterClosingIsRefused() throws IOException {
        log.close();

        CompletionStage<Void> late = log.force(prepared(1));
        log.append(prepared(2));

        assertThatThrownBy(() -> late.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        log = traced();
        assertThat(log.table().inDoubt()).isEmpty();
    }
}
