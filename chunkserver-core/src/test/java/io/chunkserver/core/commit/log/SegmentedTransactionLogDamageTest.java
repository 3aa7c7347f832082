package io.chunkserver.core.commit.log;

import static io.chunkserver.core.commit.log.LogFixture.force;
import static io.chunkserver.core.commit.log.LogFixture.largePrepared;
import static io.chunkserver.core.commit.log.LogFixture.segment;
import static io.chunkserver.core.commit.log.LogSegmentFormat.SECTOR_BYTES;
import static io.chunkserver.core.testkit.LogRecords.aborted;
import static io.chunkserver.core.testkit.LogRecords.prepared;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each kind of damage to a log's files, and what opening it does about it. */
class SegmentedTransactionLogDamageTest {

    private final MemoryDisk disk = new MemoryDisk();
    private final LogFixture fixture = new LogFixture(disk);

    @AfterEach
    void noFileStaysOpen() {
        assertThat(disk.openFiles()).isZero();
    }

    /** Forces these promises, each in a batch of its own, and takes the power away. */
    private void write(LogRecord.Prepared... promises) throws IOException {
        SegmentedTransactionLog log = fixture.open();
        for (LogRecord.Prepared promise : promises) {
            force(log, promise);
        }
        disk.crash();
    }

    private List<LogRecord.Prepared> reopen() throws IOException {
        try (SegmentedTransactionLog log = fixture.open()) {
            return log.table().inDoubt();
        }
    }

    /** Opens the log, which must be refused, without a change to any file. */
    private void assertRefused(ErrorCode code, String... words) throws IOException {
        List<Long> segments = fixture.segments();
        List<byte[]> before = contents(segments);
        assertThatThrownBy(fixture::open)
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(code))
                .message()
                .contains(words);
        assertThat(fixture.segments()).isEqualTo(segments);
        List<byte[]> after = contents(segments);
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).isEqualTo(before.get(i));
        }
    }

    private List<byte[]> contents(List<Long> segments) throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (long number : segments) {
            contents.add(fixture.read(segment(number)));
        }
        return contents;
    }

    private void flipBit(long number, int position, int bit) throws IOException {
        byte flipped = (byte) (fixture.read(segment(number))[position] ^ 1 << bit);
        fixture.overwrite(segment(number), position, flipped);
    }

    private static int batchBytes(LogRecord... records) {
        return LogSegmentFormat.batchBytes(Arrays.stream(records)
                .mapToInt(record -> LogRecordFormat.encode(new LogEntry.Event(record)).length)
                .sum());
    }

    /** What a crash can leave of the last batch. */
    @Nested
    class ATornTailIsCut {

        private final LogRecord.Prepared torn = largePrepared(2);
        private final int from = SECTOR_BYTES + batchBytes(prepared(1));
        private final int to = from + batchBytes(torn);

        private void assertCut() throws IOException {
            SegmentedTransactionLog log = fixture.open();
            assertThat(log.table().inDoubt()).containsExactly(prepared(1));
            // A shorter batch than the one that was cut leaves none of it behind, to be judged at the next start.
            force(log, prepared(3));
            disk.crash();
            byte[] image = fixture.read(segment(1));
            assertThat(Arrays.copyOfRange(image, from + batchBytes(prepared(3)), image.length))
                    .containsOnly(0);
            assertThat(reopen()).containsExactly(prepared(1), prepared(3));
        }

        static IntStream sectors() {
            return IntStream.range(0, batchBytes(largePrepared(2)) / SECTOR_BYTES);
        }

        @ParameterizedTest
        @MethodSource("sectors")
        void withOnlyItsFirstSectorsOnTheDisk(int sectors) throws IOException {
            write(prepared(1), torn);
            int kept = from + sectors * SECTOR_BYTES;
            fixture.overwrite(segment(1), kept, new byte[to - kept]);
            assertCut();
        }

        @ParameterizedTest
        @MethodSource("sectors")
        void withOneSectorMissing(int sector) throws IOException {
            write(prepared(1), torn);
            fixture.overwrite(segment(1), from + sector * SECTOR_BYTES, new byte[SECTOR_BYTES]);
            assertCut();
        }

        @ParameterizedTest
        @MethodSource("sectors")
        void withOnlyOneSectorOnTheDisk(int sector) throws IOException {
            write(prepared(1), torn);
            fixture.overwrite(segment(1), from, new byte[sector * SECTOR_BYTES]);
            int rest = from + (sector + 1) * SECTOR_BYTES;
            fixture.overwrite(segment(1), rest, new byte[to - rest]);
            assertCut();
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3, 4, 8, 35, 36, 37, 100, 511, 513, 5000})
        void withACutInsideASector(int bytes) throws IOException {
            write(prepared(1), torn);
            fixture.overwrite(segment(1), from + bytes, new byte[to - from - bytes]);
            assertCut();
        }

        @Test
        void whereItIsTheFirstBatchOfTheLog() throws IOException {
            write(torn);
            fixture.overwrite(segment(1), SECTOR_BYTES + 5 * SECTOR_BYTES, new byte[SECTOR_BYTES]);

            assertThat(reopen()).isEmpty();
        }

        @Test
        void whereItIsTheFirstBatchOfItsSegment() throws IOException {
            int count = 0;
            SegmentedTransactionLog log = fixture.open();
            while (!fixture.segments().contains(3L)) {
                force(log, largePrepared(count++));
            }
            disk.crash();
            // The third segment is made as soon as there is a batch in the second.
            fixture.overwrite(segment(2), SECTOR_BYTES, new byte[SECTOR_BYTES]);
            try (DiskFile third = disk.openForWrite(segment(3))) {
                assertThat(third.size()).isEqualTo(TransactionLogConfig.MIN_SEGMENT_BYTES);
            }
            disk.delete(segment(3));
            disk.forceDirectory(LogFixture.FOLDER);

            assertThat(reopen()).hasSize(count - 1);
        }
    }

    @Nested
    class DamageBeforeTheTailIsRefused {

        @Test
        void whereAnySingleBitOfABatchThatIsNotTheLastFlips() throws IOException {
            LogRecord.Prepared[] promises = {prepared(1), prepared(2), prepared(3), prepared(4)};
            write(promises);
            int end = SECTOR_BYTES + batchBytes(prepared(1)) * (promises.length - 1);
            for (int position = SECTOR_BYTES; position < end; position++) {
                int bit = position % Byte.SIZE;
                flipBit(1, position, bit);
                assertThatThrownBy(fixture::open)
                        .as("bit %s of byte %s", bit, position)
                        .isInstanceOf(ChunkServerException.Corrupt.class);
                flipBit(1, position, bit);
            }
            assertThat(reopen()).containsExactly(promises);
        }

        @Test
        void whereAnySingleBitOfASegmentHeaderFlips() throws IOException {
            write(prepared(1));
            for (int position = 0; position < SECTOR_BYTES; position++) {
                int bit = position % Byte.SIZE;
                flipBit(1, position, bit);
                assertThatThrownBy(fixture::open)
                        .as("bit %s of byte %s", bit, position)
                        .isInstanceOf(ChunkServerException.Corrupt.class);
                flipBit(1, position, bit);
            }
            assertThat(reopen()).containsExactly(prepared(1));
        }

        @Test
        void whereABatchInTheMiddleIsZeroed() throws IOException {
            write(prepared(1), prepared(2), prepared(3));
            int size = batchBytes(prepared(1));
            fixture.overwrite(segment(1), SECTOR_BYTES + size, new byte[size]);

            assertRefused(
                    ErrorCode.CORRUPT, segment(1).toString(), "batch 2 is missing", "offset " + (SECTOR_BYTES + size));
        }

        @Test
        void whereABatchIsOverwrittenByAnEarlierOne() throws IOException {
            write(prepared(1), prepared(2), prepared(3));
            int size = batchBytes(prepared(1));
            byte[] image = fixture.read(segment(1));
            fixture.overwrite(
                    segment(1), SECTOR_BYTES + size, Arrays.copyOfRange(image, SECTOR_BYTES, SECTOR_BYTES + size));

            assertRefused(ErrorCode.CORRUPT, "batch 2 is missing");
        }

        @Test
        void whereTheLastBatchOfAnEarlierSegmentIsZeroed() throws IOException {
            writeSegments(3);
            byte[] image = fixture.read(segment(1));
            int end = image.length;
            while (image[end - 1] == 0) {
                end--;
            }
            int size = batchBytes(largePrepared(0));
            int start = SECTOR_BYTES + (end - SECTOR_BYTES - 1) / size * size;
            fixture.overwrite(segment(1), start, new byte[size]);

            assertRefused(ErrorCode.CORRUPT, segment(1).toString());
        }

        @Test
        void whereASegmentInTheMiddleIsMissing() throws IOException {
            writeSegments(4);
            disk.delete(segment(2));

            assertRefused(ErrorCode.CORRUPT, segment(2) + " is missing");
        }

        @Test
        void whereTheFirstSegmentIsMissing() throws IOException {
            writeSegments(2);
            disk.delete(segment(1));

            assertRefused(ErrorCode.CORRUPT, "no whole checkpoint");
        }

        @Test
        void whereTheLastSegmentIsMissing() throws IOException {
            writeSegments(3);
            // What is made ahead is not in use yet.
            disk.delete(segment(4));
            disk.delete(segment(3));

            assertRefused(ErrorCode.CORRUPT, segment(3) + " is missing", segment(2) + " says that the log goes on");
        }

        @Test
        void whereTheLastSegmentsAreMissing() throws IOException {
            writeSegments(3);
            for (long number = 4; number > 1; number--) {
                disk.delete(segment(number));
            }

            assertRefused(ErrorCode.CORRUPT, segment(2) + " is missing");
        }

        @Test
        void whereAllBatchesOfASegmentAreZeroed() throws IOException {
            writeSegments(3);
            byte[] image = fixture.read(segment(2));
            fixture.overwrite(segment(2), SECTOR_BYTES, new byte[image.length - SECTOR_BYTES]);

            assertRefused(ErrorCode.CORRUPT, segment(1).toString(), segment(3).toString());
        }

        @Test
        void whereTheLastSegmentsInUseAreZeroed() throws IOException {
            writeSegments(3);
            byte[] image = fixture.read(segment(2));
            fixture.overwrite(segment(2), SECTOR_BYTES, new byte[image.length - SECTOR_BYTES]);
            fixture.overwrite(segment(3), SECTOR_BYTES, new byte[image.length - SECTOR_BYTES]);

            assertRefused(ErrorCode.CORRUPT, "its last batch is in " + segment(1));
        }

        @Test
        void whereASegmentIsCutShort() throws IOException {
            writeSegments(2);
            try (DiskFile file = disk.openForWrite(segment(1))) {
                file.truncate(file.size() - SECTOR_BYTES);
            }

            assertRefused(ErrorCode.CORRUPT, segment(1).toString());
        }

        @Test
        void whereTwoSegmentsAreSwapped() throws IOException {
            writeSegments(3);
            byte[] first = fixture.read(segment(1));
            byte[] second = fixture.read(segment(2));
            fixture.overwrite(segment(1), 0, second);
            fixture.overwrite(segment(2), 0, first);

            assertRefused(ErrorCode.CORRUPT, "says that it is segment 2");
        }

        @Test
        void whereTwoSegmentsHoldBytesThatAreNoBatch() throws IOException {
            write(prepared(1));
            assertThat(fixture.segments()).containsExactly(1L, 2L);
            fixture.overwrite(segment(1), 10 * SECTOR_BYTES, (byte) 1);
            fixture.overwrite(segment(2), 10 * SECTOR_BYTES, (byte) 1);

            assertRefused(ErrorCode.CORRUPT, "in one place only");
        }

        @Test
        void whereABatchChecksButMakesNoSense() throws IOException {
            write(prepared(1));
            byte[] nonsense = {0, 0, 0, 0, 99};
            ByteBuffer batch = LogSegmentFormat.encodeBatch(2, 1, List.of(nonsense));
            fixture.overwrite(segment(1), SECTOR_BYTES + batchBytes(prepared(1)), batch);

            assertRefused(ErrorCode.CORRUPT, "makes no sense");
        }
    }

    /** Fills segments until there is a batch in this many, and one more is made ahead; returns how many promises are in them. */
    private int writeSegments(int count) throws IOException {
        TransactionLogConfig noCheckpoints = new TransactionLogConfig(
                TransactionLogConfig.MIN_SEGMENT_BYTES, 100, 1024 * 1024, 10_000, OutcomeRetention.DEFAULT);
        SegmentedTransactionLog log = fixture.with(noCheckpoints).open();
        int number = 0;
        while (fixture.segments().size() <= count) {
            force(log, largePrepared(number++));
        }
        disk.crash();
        return number;
    }

    @Nested
    class ASegmentThatIsNotThereIsNotMissed {

        @Test
        void whereItWasMadeAheadAndNotInUse() throws IOException {
            int count = writeSegments(3);
            disk.delete(segment(4));

            assertThat(reopen()).hasSize(count);
        }

        /** As earlier software wrote it: full to its end, without a word on what follows; and it goes on. */
        @Test
        void whereTheOneBeforeItHasNoRoomToSayThatItIsThere() throws IOException {
            write(prepared(1));
            int sequence = 2;
            for (int at = SECTOR_BYTES + batchBytes(prepared(1)); at < TransactionLogConfig.MIN_SEGMENT_BYTES; ) {
                byte[] entry = LogRecordFormat.encode(new LogEntry.Event(aborted(prepared(sequence))));
                fixture.overwrite(segment(1), at, LogSegmentFormat.encodeBatch(sequence++, 1, List.of(entry)));
                at += LogSegmentFormat.batchBytes(entry.length);
            }
            disk.delete(segment(2));

            force(fixture.open(), prepared(5));
            disk.crash();
            assertThat(reopen()).containsExactly(prepared(1), prepared(5));
        }
    }

    @Nested
    class AnotherLogIsRefused {

        @Test
        void whenItHasAnotherId() throws IOException {
            write(prepared(1));

            assertThatThrownBy(() -> fixture.open(new UUID(4, 2)))
                    .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.class))
                    .extracting(ChunkServerException::code)
                    .isEqualTo(ErrorCode.WRONG_SERVER);
        }

        @Test
        void whenItIsNewer() throws IOException {
            write(prepared(1));
            writeHeaderOfVersion(LogSegmentFormat.VERSION + 1);

            assertRefused(ErrorCode.FORMAT_TOO_NEW, segment(1).toString());
        }

        @Test
        void whenItIsOlder() throws IOException {
            write(prepared(1));
            writeHeaderOfVersion(LogSegmentFormat.VERSION - 1);

            assertRefused(ErrorCode.FORMAT_TOO_OLD, segment(1).toString());
        }

        private void writeHeaderOfVersion(int version) throws IOException {
            ByteBuffer header = LogSegmentFormat.encodeHeader(new LogSegmentFormat.SegmentHeader(
                    version, LogFixture.LOG_ID, 1, TransactionLogConfig.MIN_SEGMENT_BYTES));
            fixture.overwrite(segment(1), 0, header);
        }
    }

    @Test
    void damageToTheVeryLastBatchCannotBeToldFromATornOne() throws IOException {
        write(prepared(1), prepared(2));
        flipBit(1, SECTOR_BYTES + batchBytes(prepared(1)) + 50, 0);

        assertThat(reopen()).containsExactly(prepared(1));
    }

    @Test
    void filesWithOtherNamesAreLeftAlone() throws IOException {
        write(prepared(1));
        disk.create(LogFixture.FOLDER.resolve("0000000000000001.log.bak")).close();
        disk.create(LogFixture.FOLDER.resolve("notes.txt")).close();
        disk.create(LogFixture.FOLDER.resolve("0000000000000007.log.new")).close();

        assertThat(reopen()).containsExactly(prepared(1));
        assertThat(disk.list(LogFixture.FOLDER))
                .extracting(Object::toString)
                .contains("0000000000000001.log.bak", "notes.txt")
                .doesNotContain("0000000000000007.log.new");
    }
}
