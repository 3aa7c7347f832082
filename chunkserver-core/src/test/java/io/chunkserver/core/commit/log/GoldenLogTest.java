package io.chunkserver.core.commit.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * A segment with one entry of each type, as the first version of the format has it: written once, by {@link #main}, never written again,
 * and read for ever.
 */
class GoldenLogTest {

    private static final UUID LOG_ID = new UUID(0x0123_4567_89ab_4defL, 0x8123_4567_89ab_cdefL);
    private static final int SEGMENT_BYTES = 8192;
    private static final long AT = 1_900_000_000_123L;
    private static final Attempt ATTEMPT = new Attempt(17, 4);
    private static final List<Member> CHAIN = List.of(
            new Member(new ServerId("one"), "10.0.0.1:7000", new Location(1.5, -2)),
            new Member(new ServerId("two"), "[::1]:7001", new Location(0, 1e9)));

    private static TransactionId transaction(int sequence) {
        return new TransactionId("client-1", 1_900_000_000_000L, sequence);
    }

    private static LogRecord.Prepared prepared(int sequence) {
        return new LogRecord.Prepared(
                transaction(sequence),
                ATTEMPT,
                new ChunkId("dir/\u00fc.bin", sequence),
                new ChunkVersion(2),
                9,
                false,
                Durability.SYNC,
                70_000,
                0xCAFE_BABE,
                CHAIN,
                LOG_ID);
    }

    private static LogRecord.Decided decided(int sequence) {
        return new LogRecord.Decided(
                transaction(sequence),
                ATTEMPT,
                new ChunkId("dir/\u00fc.bin", sequence),
                new ChunkVersion(3),
                true,
                Durability.OS,
                0,
                0,
                CHAIN,
                AT);
    }

    private static List<LogEntry> entries() {
        return List.of(
                new LogEntry.Event(prepared(1)),
                new LogEntry.Event(new LogRecord.Committed(transaction(1), ATTEMPT, AT)),
                new LogEntry.Event(prepared(2)),
                new LogEntry.Event(new LogRecord.Aborted(transaction(2), ATTEMPT)),
                new LogEntry.Event(decided(3)),
                new LogEntry.Event(new LogRecord.Ended(transaction(3), ATTEMPT)),
                new LogEntry.Event(prepared(4)),
                new LogEntry.Event(decided(5)));
    }

    /** Writes the segment to the file that is given. */
    public static void main(String[] arguments) throws IOException {
        ByteBuffer segment = ByteBuffer.allocate(SEGMENT_BYTES);
        segment.put(LogSegmentFormat.encodeHeader(
                new LogSegmentFormat.SegmentHeader(LogSegmentFormat.VERSION, LOG_ID, 1, SEGMENT_BYTES)));
        segment.put(LogSegmentFormat.encodeBatch(
                1, 1, entries().stream().map(LogRecordFormat::encode).toList()));
        Files.write(Path.of(arguments[0]), segment.array());
    }

    private static byte[] golden() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(GoldenLogTest.class.getResourceAsStream("/format1/every-record.log"))) {
            return in.readAllBytes();
        }
    }

    @Test
    void everyRecordReadsAsItWasWritten() throws Exception {
        ByteBuffer image = ByteBuffer.wrap(golden());
        LogSegmentFormat.BatchHeader header = LogSegmentFormat.batchHeader(image, LogSegmentFormat.SECTOR_BYTES, 1)
                .orElseThrow();
        ByteBuffer batch = LogSegmentFormat.entries(image, LogSegmentFormat.SECTOR_BYTES, header);

        List<LogEntry> read = new ArrayList<>();
        while (batch.hasRemaining()) {
            read.add(LogRecordFormat.decode(batch));
        }

        assertThat(read).isEqualTo(entries());
    }

    @Test
    void theSegmentAddsUpToWhatItDidThen() throws IOException {
        MemoryDisk disk = new MemoryDisk();
        disk.createDirectories(Path.of("log"));
        try (DiskFile file = disk.create(Path.of("log", "0000000000000001.log"))) {
            file.writeFully(ByteBuffer.wrap(golden()), 0);
        }

        LogContent log = LogContent.read(disk, Path.of("log"), LOG_ID);

        assertThat(log.damage()).isNull();
        assertThat(log.torn()).isNull();
        assertThat(log.table().inDoubt()).containsExactly(prepared(4));
        assertThat(log.table().undelivered()).containsExactly(decided(5));
        assertThat(log.table().outcome(transaction(1)).map(Outcome::chunk)).contains(new ChunkId("dir/\u00fc.bin", 1));
        assertThat(log.table().outcome(transaction(2))).isEqualTo(Optional.empty());
        assertThat(log.table().outcome(transaction(3)).map(Outcome::tombstone)).contains(true);
    }
}
