package io.chunkserver.core.commit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.LogRecordArbitraries;
import io.chunkserver.core.testkit.LogRecords;
import java.nio.ByteBuffer;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class LogRecordFormatProperties {

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void decodingGivesBackWhatWasEncoded(@ForAll("entries") LogEntry entry) throws MalformedLogException {
        ByteBuffer bytes = ByteBuffer.wrap(LogRecordFormat.encode(entry));

        assertThat(LogRecordFormat.decode(bytes)).isEqualTo(entry);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void entriesOneAfterTheOtherAreReadOneByOne(@ForAll("entries") LogEntry first, @ForAll("entries") LogEntry second)
            throws MalformedLogException {
        byte[] one = LogRecordFormat.encode(first);
        byte[] two = LogRecordFormat.encode(second);
        ByteBuffer bytes =
                ByteBuffer.allocate(one.length + two.length).put(one).put(two).flip();

        assertThat(List.of(LogRecordFormat.decode(bytes), LogRecordFormat.decode(bytes)))
                .containsExactly(first, second);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void anEntryFitsIntoTheLimit(@ForAll("entries") LogEntry entry) {
        assertThat(LogRecordFormat.encode(entry).length).isLessThanOrEqualTo(LogRecordFormat.MAX_RECORD_BYTES);
    }

    @Example
    void theLongestPromiseFitsIntoTheLimit() {
        byte[] bytes = LogRecordFormat.encode(new LogEntry.Event(LogFixture.largePrepared(1)));

        assertThat(bytes.length).isLessThanOrEqualTo(LogRecordFormat.MAX_RECORD_BYTES);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void anyBytesAreAnEntryOrMalformed(@ForAll byte[] bytes) {
        decodeOrRefuse(bytes);
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void anEntryWithDamagedBytesIsAnEntryOrMalformed(
            @ForAll("entries") LogEntry entry, @ForAll int position, @ForAll byte value) {
        byte[] bytes = LogRecordFormat.encode(entry);
        bytes[Math.floorMod(position, bytes.length)] = value;

        decodeOrRefuse(bytes);
    }

    @Property(tries = 150, edgeCases = EdgeCasesMode.NONE)
    void anEntryThatIsCutShortIsMalformed(@ForAll("entries") LogEntry entry, @ForAll int length) {
        byte[] bytes = LogRecordFormat.encode(entry);
        ByteBuffer part = ByteBuffer.wrap(bytes, 0, Math.floorMod(length, bytes.length));

        assertThatThrownBy(() -> LogRecordFormat.decode(part)).isInstanceOf(MalformedLogException.class);
    }

    /** Room for it is kept since the transaction began, and that is one sector (LogWriter). */
    @Property(edgeCases = EdgeCasesMode.NONE)
    void whatEndsATransactionFitsASector(@ForAll("events") LogRecord record) {
        QueuedRecord queued = new QueuedRecord(record);
        assertThat(queued.opens() && queued.ends()).isFalse();
        if (queued.ends()) {
            assertThat(LogSegmentFormat.batchBytes(queued.bytes().length))
                    .isLessThanOrEqualTo(LogSegmentFormat.SECTOR_BYTES);
        }
    }

    @Provide
    Arbitrary<LogRecord> events() {
        return LogRecordArbitraries.records();
    }

    /** Nothing but the one typed exception comes out, and no length is believed before it is compared. */
    private static void decodeOrRefuse(byte[] bytes) {
        try {
            assertThat(LogRecordFormat.decode(ByteBuffer.wrap(bytes))).isNotNull();
        } catch (MalformedLogException expected) {
            assertThat(expected).hasMessageMatching("(?s).+");
        }
    }

    @Provide
    Arbitrary<LogEntry> entries() {
        Arbitrary<LogEntry> events = LogRecordArbitraries.records().map(LogEntry.Event::new);
        return Arbitraries.frequencyOf(
                Tuple.of(5, events),
                Tuple.of(1, LogRecordArbitraries.transactions().map(LogEntry.Forgotten::new)),
                Tuple.of(1, Arbitraries.of(new LogEntry.Continued(), new LogEntry.CheckpointBegin())),
                Tuple.of(3, LogRecordArbitraries.records().map(LogRecordFormatProperties::kept)),
                Tuple.of(
                        1,
                        Combinators.combine(Arbitraries.longs(), Arbitraries.integers())
                                .as(LogEntry.CheckpointEnd::new)));
    }

    /** The entry of a checkpoint that is made of such a record. */
    private static LogEntry kept(LogRecord record) {
        if (record instanceof LogRecord.Prepared prepared) {
            return new LogEntry.CheckpointPrepared(prepared);
        } else if (record instanceof LogRecord.Decided decided) {
            return decided.atMillis() % 2 == 0
                    ? new LogEntry.CheckpointDecided(decided)
                    : new LogEntry.CheckpointOutcome(LogRecords.outcome(decided));
        } else if (record instanceof LogRecord.SettledByHand settled) {
            return new LogEntry.CheckpointSettledPromise(new SettledPromise(
                    settled.transaction(),
                    settled.attempt(),
                    new ChunkId("/kept", 3),
                    new ChunkVersion(4),
                    settled.atMillis() % 2 == 0,
                    settled.committed(),
                    settled.atMillis()));
        }
        return record instanceof LogRecord.Removed removed
                ? new LogEntry.CheckpointRemoved(removed.chunk(), removed.version())
                : new LogEntry.Event(record);
    }
}
