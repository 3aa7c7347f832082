package io.chunkserver.core.commit.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.testkit.LogRecords;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jetbrains.lincheck.datastructures.verifier.EpsilonVerifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Lets callers and closing meet the task that writes, on threads of the machine, and looks whether each record is answered, not
 * before the force that covers it, and whether the records of a thread are in the file in the order of its calls. These are
 * invariants, not linearizability: the log answers nothing that an order of the calls would have to explain. The task runs on the
 * thread of whoever starts it, so that callers meet it at its begin and at its end.
 *
 * <p>Seen to fail: with the question whether a task runs asked before the lock was taken, the first; with the end of the task in
 * two critical sections, the second.
 */
class LogFlusherConcurrencyTest {

    /** The planted fault showed within 1,000, thirteen times out of thirteen. */
    private static final int ROUNDS = 4_000;

    /** About as long as the first record takes. */
    private static final int LONGEST_SPINS = 1000;

    @Test
    void everyRecordIsAnsweredAfterItsForceAndInOrder() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(3)
                .iterations(5 * Integer.getInteger("lincheck.scale", 1))
                .invocationsPerIteration(500)
                .minimizeFailedScenario(false)
                .verifier(EpsilonVerifier.class)
                .check(Calls.class);
    }

    /** The one moment that chance alone hardly meets: the other record comes, after every possible while, when the first is done. */
    @Test
    void aRecordThatComesWhileTheTaskEndsIsAnswered() {
        AtomicReference<@Nullable Calls> offered = new AtomicReference<>();
        AtomicReference<@Nullable Calls> done = new AtomicReference<>();
        Thread other = new Thread(() -> forceAfterAWhile(offered, done));
        other.start();
        try {
            for (int round = 0; round < ROUNDS; round++) {
                Calls calls = new Calls();
                offered.set(calls);
                calls.force(0);
                while (done.get() != calls) {
                    Thread.onSpinWait();
                }
                calls.everyRecordIsAnsweredAndInOrder();
            }
        } finally {
            other.interrupt();
        }
    }

    private static void forceAfterAWhile(
            AtomicReference<@Nullable Calls> offered, AtomicReference<@Nullable Calls> done) {
        Random random = new Random(1);
        while (!Thread.currentThread().isInterrupted()) {
            Calls calls = offered.getAndSet(null);
            if (calls == null) {
                Thread.onSpinWait();
            } else {
                for (int spins = random.nextInt(LONGEST_SPINS); spins > 0; spins--) {
                    Thread.onSpinWait();
                }
                try {
                    calls.force(1);
                } finally {
                    done.set(calls);
                }
            }
        }
    }

    /** A log without recovery, with room for more than any scenario writes. */
    public static class Calls {

        private static final int MOST_THREADS = 8;
        private static final int MOST_RECORDS = 8;

        // Made once: making them takes longer than what is tried with them.
        private static final List<Path> SEGMENTS = List.of(LogFixture.segment(1), LogFixture.segment(2));
        private static final LogFolder FOLDER = new LogFolder(new MemoryDisk(), LogFixture.FOLDER, LogFixture.LOG_ID);
        private static final List<LogRecord> RECORDS = LongStream.range(0, MOST_THREADS * MOST_RECORDS)
                .<LogRecord>mapToObj(LogRecords::decided)
                .toList();

        private final ForcedText file = new ForcedText();
        private final LogFlusher flusher;
        private final List<List<Submission>> submissions = Collections.nCopies(MOST_THREADS, 0).stream()
                .<List<Submission>>map(none -> new ArrayList<>())
                .toList();

        public Calls() {
            TransactionLogConfig config = LogFixture.SMALL;
            SegmentSupply supply = new SegmentSupply(FOLDER, config.segmentBytes(), 2, segment(2, new ForcedText()));
            LogTail tail = new LogTail(supply, segment(1, file), LogSegmentFormat.SECTOR_BYTES, 1);
            FoldedTransactionTable table = new FoldedTransactionTable();
            LogSetting setting = new LogSetting(config, () -> Instant.ofEpochMilli(LogRecords.FIRST_MILLIS), () -> {});
            Checkpoints checkpoints = new Checkpoints(FOLDER, tail, table, setting, new Checkpoints.Start(1, 1, 0, 0));
            flusher = new LogFlusher(new LogWriter(tail, table, checkpoints), Runnable::run, config);
        }

        private static SegmentFile segment(int number, DiskFile file) {
            return new SegmentFile(number, SEGMENTS.get(number - 1), file, LogFixture.SMALL.segmentBytes());
        }

        @Operation
        public void force(@Param(gen = ThreadIdGen.class) int thread) {
            List<Submission> own = submissions.get(thread);
            LogRecord record = RECORDS.get(MOST_RECORDS * thread + own.size());
            Submission submission = new Submission(new QueuedRecord(record));
            own.add(submission);
            submission.submitTo(flusher, file);
        }

        @Operation(runOnce = true, blocking = true)
        public void close() throws IOException {
            flusher.close();
        }

        @Validate
        public void everyRecordIsAnsweredAndInOrder() {
            for (List<Submission> ofThread : submissions) {
                int from = 0;
                for (Submission submission : ofThread) {
                    from = submission.check(file, from);
                }
            }
        }
    }

    /** A record on its way. */
    private static final class Submission {

        private final QueuedRecord record;
        private volatile String answer = "none";

        Submission(QueuedRecord record) {
            this.record = record;
        }

        void submitTo(LogFlusher flusher, ForcedText file) {
            CompletionStage<Void> stage = flusher.submit(record);
            var unused = stage.whenComplete((done, failure) -> {
                boolean forced = file.forcedAt(text(), 0) >= 0;
                answer = failure != null ? "refused" : forced ? "durable" : "told too early";
            });
        }

        private String text() {
            return new String(record.bytes(), ISO_8859_1);
        }

        /** Looks for the record behind those that its thread submitted before; returns where it ends. */
        int check(ForcedText file, int from) {
            int at = file.forcedAt(text(), from);
            boolean fine = at >= 0 ? answer.equals("durable") : answer.equals("refused");
            if (!fine) {
                throw new AssertionError(
                        record.record() + " has the answer: " + answer + "; its place after those before it: " + at);
            }
            return Math.max(at, from);
        }
    }

    /** A file that knows what was forced. It relies on being written by one thread at a time, as segments may. */
    private static final class ForcedText implements DiskFile {

        private String written = "";
        private volatile String forced = "";

        int forcedAt(String text, int from) {
            return forced.indexOf(text, from);
        }

        @Override
        public int write(ByteBuffer source, long position) {
            byte[] bytes = new byte[source.remaining()];
            source.get(bytes);
            written += new String(bytes, ISO_8859_1);
            return bytes.length;
        }

        @Override
        public void force() {
            forced = written;
        }

        @Override
        public void beginWriteBack() {
            // Nothing to gain.
        }

        @Override
        public long size() {
            return written.length();
        }

        @Override
        public int read(ByteBuffer target, long position) {
            throw new AssertionError("the log reads while it writes");
        }

        @Override
        public void truncate(long sizeBytes) {
            throw new AssertionError("the log cuts while it writes");
        }

        @Override
        public void close() {}
    }
}
