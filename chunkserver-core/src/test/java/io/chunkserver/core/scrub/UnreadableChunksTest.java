package io.chunkserver.core.scrub;

import static io.chunkserver.core.scrub.ScrubbedStore.chunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.DeviceErrorException;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.DamageFinding;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.ExpectedErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A sector that is bad for ever, and everything else that looks alike at first. */
@ExtendWith(ExpectedErrors.class)
class UnreadableChunksTest {

    private static final int BAD = 1;
    private static final Path BAD_FILE = ChunkFiles.of(chunk(BAD));

    /** When the last of the attempts is due, after the first read. */
    private static final Duration ENOUGH = UnreadableChunks.INTERVAL.multipliedBy(UnreadableChunks.ATTEMPTS);

    private static final Duration LONG = Duration.ofHours(6);

    private ScrubbedStore scrubbed;
    private ChunkInfo version;

    @BeforeEach
    void storeThreeChunks() throws IOException {
        scrubbed = new ScrubbedStore();
        scrubbed.put(0, 1);
        version = scrubbed.put(BAD, 1);
        scrubbed.put(2, 1);
    }

    @AfterEach
    void leavesNoFileOpen() throws IOException {
        scrubbed.close();
        assertThat(scrubbed.memory.openFiles()).isZero();
    }

    /** As the schedule does: a step when one is due, else a look after a while. */
    private void runFor(Duration stretch) {
        Instant end = scrubbed.now.plus(stretch);
        while (scrubbed.now.isBefore(end)) {
            Duration pause = scrubbed.scrubber.isDue() ? scrubbed.scrubber.runOnce() : Duration.ofSeconds(20);
            scrubbed.now = scrubbed.now.plus(pause);
        }
    }

    private void goBad() throws IOException {
        scrubbed.memory.failReads(BAD_FILE, 70_000, 70_001);
    }

    private void getWell() throws IOException {
        scrubbed.memory.failReads(BAD_FILE, 0, 0);
    }

    private void assertInService() throws IOException {
        assertThat(scrubbed.damaged).isEmpty();
        assertThat(scrubbed.store.stat(chunk(BAD))).contains(version);
        assertThat(scrubbed.memory.list(DataDirectory.QUARANTINE)).isEmpty();
    }

    @Test
    void aSectorThatStaysBadIsGivenUpAfterThreeAttemptsAndItsCopyTakenOutOfService() throws IOException {
        goBad();
        scrubbed.finishCycle();
        assertThat(scrubbed.scrubber.status().unreadable()).isEqualTo(1);
        runFor(ENOUGH.minusMinutes(2));
        assertInService();

        runFor(Duration.ofMinutes(3));

        assertThat(scrubbed.damaged).containsOnlyKeys(version);
        assertThat(scrubbed.damaged.get(version)).contains("is unreadable", "3 times", "30 minutes");
        long size = scrubbed.memory.size(BAD_FILE).orElseThrow();
        DamageFinding finding = scrubbed.store.withdraw(version).orElseThrow();
        assertThat(finding.kind()).isEqualTo(DamageFinding.Kind.UNREADABLE);
        assertThat(finding.reason()).contains("Input/output error");
        assertThat(scrubbed.memory.size(finding.quarantine())).hasValue(size);
        assertThat(scrubbed.store.stat(chunk(BAD))).isEmpty();
        assertThat(scrubbed.store.missing(chunk(BAD)).orElseThrow().version()).isEqualTo(version.version());

        scrubbed.damaged.clear();
        runFor(LONG);
        assertThat(scrubbed.damaged).as("told once").isEmpty();

        ChunkInfo healed = scrubbed.put(BAD, 1);
        assertThat(scrubbed.store.verify(chunk(BAD))).isEqualTo(healed);
    }

    /** Footer and table of checksums are read when the file is opened. */
    @Test
    void whatCannotEvenBeOpenedIsGivenUpToo() throws IOException {
        long size = scrubbed.memory.size(BAD_FILE).orElseThrow();
        scrubbed.memory.failReads(BAD_FILE, size - 1, size);
        scrubbed.finishCycle();
        runFor(ENOUGH.plusMinutes(1));
        assertThat(scrubbed.store.withdraw(version).orElseThrow().kind()).isEqualTo(DamageFinding.Kind.UNREADABLE);
    }

    /** Scrubs may be a week apart, or not be made at all. */
    @Test
    void whatAReaderMeetsIsTriedAgainWithoutAScrub() throws IOException {
        scrubbed.config = new ScrubConfig(1 << 20, Duration.ZERO, Duration.ofDays(7));
        scrubbed.reopen();
        runFor(Duration.ofMinutes(1));
        goBad();
        try (ChunkReader reader = scrubbed.store.open(chunk(BAD))) {
            assertThatThrownBy(() -> reader.read(1, ByteBuffer.allocate(100_000)))
                    .isInstanceOf(DeviceErrorException.class);
        }
        runFor(ENOUGH.minusMinutes(1));
        assertInService();
        runFor(Duration.ofMinutes(2));
        assertThat(scrubbed.damaged).containsOnlyKeys(version);
        assertThat(scrubbed.scrubber.status().running()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aSectorThatCanBeReadAgainIsForgotten(int attempts) throws IOException {
        goBad();
        scrubbed.finishCycle();
        runFor(UnreadableChunks.INTERVAL.multipliedBy(attempts).plusMinutes(1));
        getWell();
        runFor(UnreadableChunks.INTERVAL);
        goBad();
        scrubbed.finishCycle();
        runFor(ENOUGH.minusMinutes(2));

        assertInService();
    }

    /** Whoever gave it up looked at it a moment before. */
    @Test
    void aSectorThatCanBeReadWhenItsCopyIsToLeaveServiceStays() throws IOException {
        goBad();
        scrubbed.finishCycle();
        runFor(ENOUGH.plusMinutes(1));
        assertThat(scrubbed.damaged).containsOnlyKeys(version);
        getWell();

        assertThat(scrubbed.store.withdraw(version)).isEmpty();
        goBad();
        assertThatThrownBy(() -> scrubbed.store.withdraw(version)).isInstanceOf(DeviceErrorException.class);

        assertThat(scrubbed.store.stat(chunk(BAD))).contains(version);
    }

    @Test
    void aVersionThatIsReplacedMeanwhileIsNoneOfIt() throws IOException {
        goBad();
        scrubbed.finishCycle();
        runFor(ENOUGH.minusMinutes(2));
        version = scrubbed.put(BAD, 2);
        goBad();
        scrubbed.finishCycle();
        runFor(ENOUGH.minusMinutes(2));

        assertInService();
    }

    /** What goes wrong with more than one file, or otherwise than by an error of the device. */
    enum Other {
        DEVICE_FOR_ALL,
        DEVICE_OPENS_NONE,
        NO_FILE_HANDLES,
        NO_FILE_HANDLE_FOR_THIS,
        NO_SPACE,
        NO_SPACE_SAYS_THE_READ;

        DiskFault before(DiskOperation operation) {
            boolean ofChunk = operation.path().startsWith(DataDirectory.CHUNKS);
            boolean ofBad = operation.path().equals(BAD_FILE);
            boolean read = operation.kind() == DiskOperation.Kind.READ;
            boolean open = operation.kind() == DiskOperation.Kind.OPEN;
            return switch (this) {
                case DEVICE_FOR_ALL -> ofChunk && read ? DiskFault.IO_ERROR : DiskFault.NONE;
                case DEVICE_OPENS_NONE -> ofChunk && open ? DiskFault.IO_ERROR : DiskFault.NONE;
                case NO_FILE_HANDLES -> DiskFault.NO_HANDLES;
                case NO_FILE_HANDLE_FOR_THIS -> ofBad ? DiskFault.NO_HANDLES : DiskFault.NONE;
                case NO_SPACE -> operation.isChange() ? DiskFault.NO_SPACE : DiskFault.NONE;
                case NO_SPACE_SAYS_THE_READ -> ofBad && read ? DiskFault.NO_SPACE : DiskFault.NONE;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotThisSectorIsNeverTakenForIt(Other other) throws IOException {
        scrubbed.script = other::before;
        scrubbed.scrubber.start();
        runFor(LONG);
        scrubbed.script = DiskScript.GOOD;
        assertInService();
        runFor(LONG);
        assertInService();
    }

    /** The sector was bad in truth, and can be read again when the other trouble ends. */
    @ParameterizedTest
    @EnumSource(names = {"DEVICE_FOR_ALL", "DEVICE_OPENS_NONE", "NO_FILE_HANDLES", "NO_FILE_HANDLE_FOR_THIS"})
    void attemptsThatFailOtherwiseDoNotCount(Other other) throws IOException {
        goBad();
        scrubbed.finishCycle();
        runFor(ENOUGH.minusMinutes(2));
        scrubbed.script = other::before;
        runFor(LONG);
        scrubbed.script = DiskScript.GOOD;
        getWell();
        runFor(LONG);
        assertInService();
    }

    @Test
    void aFileSystemThatIsNotMountedIsNoSector() throws IOException {
        goBad();
        scrubbed.finishCycle();
        runFor(ENOUGH.minusMinutes(2));
        scrubbed.unmounted = true;
        runFor(LONG);
        scrubbed.unmounted = false;
        getWell();
        runFor(LONG);
        assertInService();
    }

    /** Nothing tells the sector from the disk then. */
    @Test
    void theOnlyChunkOfADirectoryIsNeverGivenUp() throws IOException {
        for (int other : new int[] {0, 2}) {
            ChunkInfo info = scrubbed.store.stat(chunk(other)).orElseThrow();
            scrubbed.store.delete(info.id(), info.version());
        }
        goBad();
        scrubbed.finishCycle();
        runFor(LONG);
        assertInService();
    }

    /** One that cannot be read itself says nothing about the disk. */
    @Test
    void ofSeveralBadSectorsEachIsJudgedByAChunkThatCanBeRead() throws IOException {
        goBad();
        scrubbed.memory.failReads(ChunkFiles.of(chunk(2)), 0, 1);
        scrubbed.finishCycle();
        runFor(ENOUGH.plusMinutes(2));
        assertThat(scrubbed.damaged.keySet()).extracting(ChunkInfo::id).containsExactlyInAnyOrder(chunk(BAD), chunk(2));
    }

    /** The one that can be read may be in the page cache of a disk that answers nothing. */
    @Test
    void moreBadChunksThanAFewAreTheDisk() throws IOException {
        goBad();
        for (int number = 100; number < 100 + UnreadableChunks.FEW; number++) {
            scrubbed.put(number, 1);
            scrubbed.memory.failReads(ChunkFiles.of(chunk(number)), 0, 1);
        }
        scrubbed.finishCycle();
        runFor(LONG);
        assertInService();

        scrubbed.memory.failReads(ChunkFiles.of(chunk(100)), 0, 0);
        runFor(LONG);
        assertThat(scrubbed.damaged.keySet()).contains(version).hasSize(UnreadableChunks.FEW);
    }

    /** A chunk may be a GiB, and others wait for the disk. */
    @Test
    void oneThatIsReadAgainIsReadInSteps() throws IOException {
        UnreadableChunks chunks = new UnreadableChunks(scrubbed.store, () -> scrubbed.now);
        chunks.found(version);
        assertThat(chunks.isDue()).isFalse();
        assertThat(chunks.step(1)).isZero();
        scrubbed.now = scrubbed.now.plus(UnreadableChunks.INTERVAL);
        for (int steps = 0; steps < 3; steps++) {
            assertThat(chunks.isDue()).isTrue();
            assertThat(chunks.step(1)).isBetween(100L, 65_536L + Scrubber.FILE_BYTES);
        }
        assertThat(chunks.isDue()).isFalse();
        assertThat(chunks.step(1)).isZero();
    }

    @Test
    void noMoreThanSoManyAreRemembered() throws IOException {
        UnreadableChunks chunks = new UnreadableChunks(scrubbed.store, () -> scrubbed.now);
        for (int number = 0; number < UnreadableChunks.MOST; number++) {
            chunks.found(new ChunkInfo(
                    chunk(1000 + number),
                    version.version(),
                    version.transaction(),
                    version.epoch(),
                    version.lengthBytes(),
                    version.crc32c(),
                    version.storedBytes(),
                    version.tombstone()));
        }
        chunks.found(version);
        goBad();
        for (int attempt = 0; attempt < UnreadableChunks.ATTEMPTS; attempt++) {
            scrubbed.now = scrubbed.now.plus(UnreadableChunks.INTERVAL);
            while (chunks.isDue()) {
                chunks.step(Long.MAX_VALUE);
            }
        }
        assertInService();
    }
}
