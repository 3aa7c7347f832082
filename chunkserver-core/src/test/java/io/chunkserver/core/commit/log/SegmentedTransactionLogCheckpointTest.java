package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogFixture.force;
import static io.chunkserver.core.testkit.LogRecords.aborted;
import static io.chunkserver.core.testkit.LogRecords.committed;
import static io.chunkserver.core.testkit.LogRecords.decided;
import static io.chunkserver.core.testkit.LogRecords.ended;
import static io.chunkserver.core.testkit.LogRecords.prepared;
import static io.chunkserver.core.testkit.LogRecords.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.log.LogFixture.TableContent;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.testkit.LogRecords;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SegmentedTransactionLogCheckpointTest {

    private final MemoryDisk disk = new MemoryDisk();
    private final LogFixture fixture = new LogFixture(disk);

    /** Promises and aborts until the log has moved on by this many segments. */
    private void fillSegments(TransactionLog log, int count) throws IOException {
        long end = lastSegment() + count;
        for (int number = 1_000_000; lastSegment() < end; number++) {
            LogRecord.Prepared filler = LogFixture.largePrepared(number);
            force(log, filler);
            force(log, aborted(filler));
        }
    }

    private long lastSegment() throws IOException {
        List<Long> segments = fixture.segments();
        return segments.get(segments.size() - 1);
    }

    @Nested
    class Compacting {

        @Test
        void oldSegmentsGoAndWhatTheyAddedUpToStays() throws IOException {
            SegmentedTransactionLog log = fixture.open();
            force(log, prepared(1));
            force(log, decided(2));
            force(log, prepared(3));
            force(log, committed(prepared(3)));

            fillSegments(log, 10);

            assertThat(fixture.segments()).hasSizeLessThanOrEqualTo(4).doesNotContain(1L);
            TableContent before = TableContent.of(log.table());
            disk.crash();
            assertThat(TableContent.of(fixture.open().table())).isEqualTo(before);
            assertThat(before.inDoubt()).containsExactly(prepared(1));
            assertThat(before.undelivered()).containsExactly(decided(2));
            assertThat(before.outcomes()).hasSize(2);
        }

        @Test
        void aCheckpointMayTakeManySegments() throws IOException {
            SegmentedTransactionLog log = fixture.open();
            for (int number = 0; number < 4000; number++) {
                force(log, prepared(number));
                log.append(committed(prepared(number)));
            }
            TableContent before = TableContent.of(log.table());
            disk.crash();

            TableContent found = TableContent.of(fixture.open().table());

            assertThat(found).isEqualTo(before);
            assertThat(found.outcomes()).hasSize(4000);
            // The segments of one checkpoint, as many again before the next is due, and those in use.
            assertThat(fixture.segments()).hasSizeLessThan(30).doesNotContain(1L);
        }

        @Test
        void anOrderlyCloseLeavesNothingToReplayAndTheNextNothingToWrite() throws IOException {
            SegmentedTransactionLog log = fixture.open();
            fillSegments(log, 1);
            force(log, prepared(1));
            log.close();
            assertThat(fixture.segments()).hasSizeLessThanOrEqualTo(2);
            byte[] closed = fixture.read(LogFixture.segment(fixture.segments().get(0)));

            fixture.open().close();

            assertThat(fixture.read(LogFixture.segment(fixture.segments().get(0))))
                    .isEqualTo(closed);
        }
    }

    @Nested
    class WhatACheckpointStandsFor {

        private static final int FIRST_BATCH = LogSegmentFormat.SECTOR_BYTES;
        private static final int SECOND_BATCH = 2 * LogSegmentFormat.SECTOR_BYTES;

        /** Its bytes are checked, but nothing is made of them: entries that make no sense show it. */
        @Test
        void isPassedOver() throws IOException {
            SegmentedTransactionLog log = fixture.open();
            force(log, prepared(1));
            log.close();
            overwriteBatch(FIRST_BATCH, 1, new byte[] {0, 0, 0, 0, 99});

            assertThat(TableContent.of(fixture.open().table()).inDoubt()).containsExactly(prepared(1));
            LogContent.Damage damage =
                    LogContent.read(disk, LogFixture.FOLDER, LogFixture.LOG_ID).damage();
            assertThat(damage).isNotNull();
            assertThat(damage.failure().message()).contains("unknown type");
            assertThat(LogContent.readAsAStart(disk, LogFixture.FOLDER, LogFixture.LOG_ID)
                            .damage())
                    .isNull();
        }

        @Test
        void isDamageWhenItsBytesAreWrong() throws IOException {
            SegmentedTransactionLog log = fixture.open();
            force(log, prepared(1));
            log.close();
            fixture.overwrite(LogFixture.segment(1), FIRST_BATCH + LogSegmentFormat.BATCH_HEADER_BYTES, (byte) 99);

            assertThatThrownBy(fixture::open)
                    .isInstanceOf(ChunkServerException.Corrupt.class)
                    .hasMessageContaining("batch 1 is missing or damaged");
        }

        @Test
        void isReadAfterAllWhenTheCheckpointWasCutOff() throws IOException {
            force(fixture.open(), prepared(1));
            disk.crash();
            overwriteBatch(SECOND_BATCH, 2, LogRecordFormat.encode(new LogEntry.CheckpointBegin()));
            fixture.assertAStartReadsWhatIsThere();

            assertThat(TableContent.of(fixture.open().table()).inDoubt()).containsExactly(prepared(1));
        }

        private void overwriteBatch(int position, long sequence, byte[] entry) throws IOException {
            fixture.overwrite(
                    LogFixture.segment(1), position, LogSegmentFormat.encodeBatch(sequence, 1, List.of(entry)));
        }
    }

    @Nested
    class TheBarrier {

        @Test
        void isCalledBeforeSegmentsGo() throws IOException {
            List<List<Long>> segmentsAtBarrier = new ArrayList<>();
            SegmentedTransactionLog log = fixture.with(
                            (PublicationBarrier) () -> segmentsAtBarrier.add(fixture.segments()))
                    .open();

            fillSegments(log, 3);

            assertThat(segmentsAtBarrier).isNotEmpty();
            assertThat(segmentsAtBarrier.get(0)).contains(1L);
            assertThat(fixture.segments()).doesNotContain(1L);
        }

        @Test
        void thatFailsKeepsAllSegmentsAndIsNotAskedAgain() throws IOException {
            List<String> calls = new ArrayList<>();
            SegmentedTransactionLog log = fixture.with((PublicationBarrier) () -> {
                        calls.add("called");
                        throw new IOException("the directory could not be forced");
                    })
                    .open();
            force(log, prepared(1));

            fillSegments(log, 8);

            assertThat(calls).hasSize(1);
            assertThat(fixture.segments()).contains(1L);
            log.close();
            assertThat(fixture.with((PublicationBarrier) () -> {})
                            .open()
                            .table()
                            .inDoubt())
                    .containsExactly(prepared(1));
        }

        @Test
        void isCalledBeforeOutcomesAreForgotten() throws IOException {
            List<Integer> rememberedAtBarrier = new ArrayList<>();
            List<SegmentedTransactionLog> logs = new ArrayList<>();
            SegmentedTransactionLog log = fixture.with(new OutcomeRetention(0, Duration.ofHours(1), 10))
                    .with((PublicationBarrier) () -> rememberedAtBarrier.add(
                            logs.get(0).table().outcomes().size()))
                    .open();
            logs.add(log);

            remember(log, 0, 11);

            assertThat(rememberedAtBarrier).containsExactly(11);
            assertThat(log.table().outcomes()).hasSize(9);
        }
    }

    /** Commits these transactions, and waits for nobody to acknowledge. */
    private void remember(TransactionLog log, int from, int to) {
        for (int number = from; number < to; number++) {
            force(log, prepared(number));
            force(log, committed(prepared(number), fixture.nowMillis()));
        }
    }

    @Nested
    class Forgetting {

        @Test
        void theOldestGoWhenThereAreTooMany() throws IOException {
            SegmentedTransactionLog log = fixture.with(new OutcomeRetention(5, Duration.ofHours(1), 20))
                    .open();

            remember(log, 0, 21);

            assertThat(log.table().outcomes())
                    .extracting(Outcome::transaction)
                    .containsExactlyInAnyOrderElementsOf(LongStream.range(3, 21)
                            .mapToObj(LogRecords::transaction)
                            .toList());
            assertThat(log.table().expired(transaction(2))).isTrue();
            assertThat(log.table().expired(transaction(3))).isFalse();
        }

        @Test
        void whatIsForgottenStaysSoOverARestart() throws IOException {
            SegmentedTransactionLog log = fixture.with(new OutcomeRetention(5, Duration.ofHours(1), 20))
                    .open();
            remember(log, 0, 100);
            TableContent before = TableContent.of(log.table());
            for (boolean orderly : new boolean[] {false, true, false}) {
                if (orderly) {
                    log.close();
                } else {
                    disk.crash();
                }
                log = fixture.open();
                assertThat(TableContent.of(log.table())).isEqualTo(before);
                assertThat(log.table().expired(transaction(50))).isTrue();
                assertThat(log.table().expired(transaction(99))).isFalse();
            }
        }

        @Test
        void theOldGoWithACheckpointButNotTheLastFew() throws IOException {
            SegmentedTransactionLog log = fixture.with(new OutcomeRetention(5, Duration.ofHours(1), 100))
                    .open();
            remember(log, 0, 10);
            fixture.advance(Duration.ofMinutes(59));
            fillSegments(log, 4);
            assertThat(log.table().outcomes()).hasSize(10);

            fixture.advance(Duration.ofMinutes(2));
            fillSegments(log, 4);

            assertThat(log.table().outcomes()).hasSize(5);
            assertThat(log.table().expired(transaction(4))).isTrue();
            assertThat(log.table().expired(transaction(5))).isFalse();
        }

        @Test
        void whatIsNotAcknowledgedStays() throws IOException {
            SegmentedTransactionLog log = fixture.with(new OutcomeRetention(0, Duration.ofHours(1), 10))
                    .open();
            force(log, decided(0));
            remember(log, 1, 50);
            assertThat(log.table().outcome(transaction(0))).isPresent();

            force(log, ended(decided(0)));
            remember(log, 50, 60);

            assertThat(log.table().outcome(transaction(0))).isEmpty();
            assertThat(log.table().expired(transaction(0))).isTrue();
        }
    }
}
