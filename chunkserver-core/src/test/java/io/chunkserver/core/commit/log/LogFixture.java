package io.chunkserver.core.commit.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.LogRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/** A log on a disk, with everything chosen that a test does not care about; and its files, to look at and damage. */
final class LogFixture {

    static final Path FOLDER = Path.of("log");
    static final UUID LOG_ID = new UUID(0x10C, 0x1D);

    /** The smallest segments, so that a test fills one soon. */
    static final TransactionLogConfig SMALL = new TransactionLogConfig(
            TransactionLogConfig.MIN_SEGMENT_BYTES, 2, 1024 * 1024, 10_000, OutcomeRetention.DEFAULT);

    /** All that a table answers. */
    record TableContent(List<LogRecord.Prepared> inDoubt, List<LogRecord.Decided> undelivered, Set<Outcome> outcomes) {

        static TableContent of(TransactionTable table) {
            Collection<Outcome> outcomes = table.outcomes();
            return new TableContent(table.inDoubt(), table.undelivered(), Set.copyOf(outcomes));
        }
    }

    private final Disk disk;
    private TransactionLogConfig config = SMALL;
    private Executor executor = Runnable::run;
    private PublicationBarrier barrier = () -> {};
    private long nowMillis = LogRecords.FIRST_MILLIS;

    LogFixture(Disk disk) {
        this.disk = disk;
    }

    LogFixture with(TransactionLogConfig newConfig) {
        config = newConfig;
        return this;
    }

    LogFixture with(OutcomeRetention outcomes) {
        return with(new TransactionLogConfig(
                config.segmentBytes(),
                config.checkpointSegments(),
                config.maxQueuedBytes(),
                config.maxQueuedRecords(),
                outcomes));
    }

    LogFixture with(Executor newExecutor) {
        executor = newExecutor;
        return this;
    }

    LogFixture with(PublicationBarrier newBarrier) {
        barrier = newBarrier;
        return this;
    }

    void advance(Duration time) {
        nowMillis += time.toMillis();
    }

    long nowMillis() {
        return nowMillis;
    }

    SegmentedTransactionLog open() throws IOException {
        return open(LOG_ID);
    }

    SegmentedTransactionLog open(UUID logId) throws IOException {
        InstantSource clock = () -> Instant.ofEpochMilli(nowMillis);
        return SegmentedTransactionLog.open(disk, FOLDER, logId, config, executor, clock, barrier);
    }

    /** What a start passes over changes nothing of what the log adds up to. */
    void assertAStartReadsWhatIsThere() throws IOException {
        LogContent all = LogContent.read(disk, FOLDER, LOG_ID);
        LogContent asAStart = LogContent.readAsAStart(disk, FOLDER, LOG_ID);
        assertThat(asAStart.damage()).isEqualTo(all.damage());
        assertThat(asAStart.torn()).isEqualTo(all.torn());
        assertThat(TableContent.of(asAStart.table())).isEqualTo(TableContent.of(all.table()));
    }

    /** The name of a segment. */
    static Path segment(long number) {
        return FOLDER.resolve(String.format(Locale.ROOT, "%016d.log", number));
    }

    /** The numbers of the segments that are there. */
    List<Long> segments() throws IOException {
        return List.copyOf(new LogFolder(disk, FOLDER, LOG_ID).segments());
    }

    /** The bytes of a file. */
    byte[] read(Path file) throws IOException {
        try (DiskFile open = disk.openForRead(file)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) open.size());
            open.readFully(bytes, 0);
            return bytes.array();
        }
    }

    /** Overwrites bytes of a file, durably. */
    void overwrite(Path file, int position, byte... bytes) throws IOException {
        overwrite(file, position, ByteBuffer.wrap(bytes));
    }

    void overwrite(Path file, int position, ByteBuffer bytes) throws IOException {
        try (DiskFile open = disk.openForWrite(file)) {
            open.writeFully(bytes, position);
            open.force();
        }
    }

    /** Forces a record that must succeed at once, which needs an executor that runs on the caller's thread. */
    static void force(TransactionLog log, LogRecord record) {
        assertThat(log.force(record).toCompletableFuture()).isCompletedWithValue(null);
    }

    /** The code with which this stage failed. */
    static ErrorCode failureOf(CompletionStage<Void> stage) {
        CompletableFuture<ErrorCode> code = new CompletableFuture<>();
        stage.whenComplete((done, thrown) ->
                code.complete(ChunkServerException.from(thrown == null ? new AssertionError("no failure") : thrown)
                        .code()));
        return code.getNow(null);
    }

    /** A promise that takes some 20 KiB in the log. */
    static LogRecord.Prepared largePrepared(long number) {
        return prepared(number, LogRecordFormat.MAX_CHAIN_MEMBERS);
    }

    /** A promise to a chain of so many members, each of which takes some 300 bytes in the log. */
    static LogRecord.Prepared prepared(long number, int members) {
        LogRecord.Prepared small = LogRecords.prepared(number);
        List<Member> chain = Collections.nCopies(
                members,
                new Member(new ServerId("member"), "x".repeat(Member.MAX_ADDRESS_CHARACTERS), Location.ORIGIN));
        return new LogRecord.Prepared(
                small.transaction(),
                small.attempt(),
                small.chunk(),
                small.base(),
                small.epoch(),
                small.tombstone(),
                small.durability(),
                small.lengthBytes(),
                small.crc32c(),
                chain,
                small.coordinatorLogId());
    }
}
