package io.chunkserver.core.scrub;

import static io.chunkserver.core.scrub.ScrubbedStore.chunk;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.ChunkReader;
import io.chunkserver.core.store.Damage;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScrubberTest {

    private static final int CHUNKS = 40;

    private ScrubbedStore scrubbed;

    @BeforeEach
    void storeChunks() throws IOException {
        scrubbed = new ScrubbedStore();
        for (int index = 0; index < CHUNKS; index++) {
            scrubbed.put(index, 1);
        }
        // The bytes that were just written are no load of the moment.
        scrubbed.reopen();
    }

    @AfterEach
    void leavesNoFileOpen() throws IOException {
        scrubbed.close();
        assertThat(scrubbed.memory.openFiles()).isZero();
    }

    private Duration step() {
        Duration pause = scrubbed.scrubber.runOnce();
        scrubbed.now = scrubbed.now.plus(pause);
        return pause;
    }

    @Test
    void aStepReadsAboutAMebibyteAndGoesAtTheSpeedThatIsConfigured() {
        List<Long> reads = new ArrayList<>();
        scrubbed.script = operation -> {
            if (operation.kind() == DiskOperation.Kind.READ) {
                reads.add(1L);
            }
            return DiskFault.NONE;
        };
        Duration pause = step();

        long most = (Scrubber.STEP_BYTES + ScrubbedStore.LENGTH) / ScrubbedStore.LENGTH + 1;
        assertThat(scrubbed.scrubber.status().chunks()).isBetween(5L, most);
        assertThat(pause).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1100));
        assertThat(reads).isNotEmpty();
    }

    @Test
    void aCycleTakesTheTimeThatItSays() {
        step();
        Duration left = scrubbed.scrubber.status().left().orElseThrow();
        Duration took = Duration.ZERO;
        while (scrubbed.scrubber.status().running()) {
            took = took.plus(step());
        }
        // The look for files of no chunk comes on top.
        assertThat(left).isBetween(Duration.ofSeconds(4), took);
        assertThat(scrubbed.scrubber.status().chunks()).isEqualTo(CHUNKS);
        assertThat(scrubbed.scrubber.status().bytes())
                .isEqualTo(scrubbed.store.snapshot().publishedBytes());
        assertThat(scrubbed.scrubber.status().left()).isEmpty();
    }

    @Test
    void progressStaysWithinItsTotalWhileWhatIsExaminedIsTakenOutOfService() throws IOException {
        for (int index = 0; index < CHUNKS; index++) {
            scrubbed.harm(index, Damage.ZEROED_BLOCK, new byte[0], new byte[0]);
        }
        step();
        ScrubStatus status = scrubbed.scrubber.status();
        while (status.running()) {
            for (ChunkInfo found : List.copyOf(scrubbed.damaged.keySet())) {
                scrubbed.store.withdraw(found);
            }
            status = scrubbed.scrubber.status();
            assertThat(status.chunks()).isLessThanOrEqualTo(status.totalChunks());
            assertThat(status.bytes()).isLessThanOrEqualTo(status.totalBytes());
            step();
        }
        assertThat(scrubbed.scrubber.status().damaged()).isEqualTo(CHUNKS);
    }

    @Test
    void theServersOwnWorkComesFirst() throws IOException {
        Duration alone = step();
        try (ChunkReader reader = scrubbed.store.open(chunk(0))) {
            for (int read = 0; read < 20; read++) {
                reader.read(0, ByteBuffer.allocate(100_000));
            }
        }
        assertThat(step()).isGreaterThan(alone.multipliedBy(Scrubber.BUSY_DIVISOR - 2));
        assertThat(step()).isLessThan(alone.multipliedBy(2));
        for (int index = 0; index < 10; index++) {
            scrubbed.put(CHUNKS + index, 1);
        }
        assertThat(step()).as("stores count as well").isGreaterThan(alone.multipliedBy(Scrubber.BUSY_DIVISOR - 2));
    }

    @Test
    void aRestartGoesOnWhereItWas() throws IOException {
        scrubbed.harm(0, Damage.ZEROED_BLOCK, new byte[0], new byte[0]);
        step();
        step();
        ScrubStatus before = scrubbed.scrubber.status();
        scrubbed.reopen();
        assertThat(scrubbed.scrubber.status())
                .usingRecursiveComparison()
                .ignoringFields("left")
                .isEqualTo(before);

        while (scrubbed.scrubber.status().running()) {
            step();
        }
        assertThat(scrubbed.scrubber.status().chunks()).isEqualTo(CHUNKS);
        assertThat(scrubbed.scrubber.status().damaged()).isEqualTo(1);
    }

    @Test
    void aCrashCostsAMinuteOfReadingAtMost() throws IOException {
        scrubbed.config = new ScrubConfig(20_000, Duration.ofDays(1), Duration.ofDays(7));
        scrubbed.reopen();
        step();
        step();
        step();
        long chunks = scrubbed.scrubber.status().chunks();
        scrubbed.memory.crash();
        ScrubProgress remembered = new ScrubProgressFile(scrubbed.memory, DataDirectory.INDEX).read();
        assertThat(remembered.chunks()).isBetween(chunks - 10, chunks);
    }

    @Test
    void progressThatIsDamagedOrOfAnotherFormatCostsACycleAndNoMore() throws IOException {
        step();
        scrubbed.scrubber.close();
        byte[] file = ChunkFiles.bytes(scrubbed.memory, DataDirectory.INDEX.resolve("scrub"));
        for (int at = 0; at < file.length; at++) {
            byte[] harmed = file.clone();
            harmed[at] ^= 4;
            ChunkFiles.replace(scrubbed.memory, DataDirectory.INDEX.resolve("scrub"), harmed);
            assertThat(new ScrubProgressFile(scrubbed.memory, DataDirectory.INDEX).read())
                    .as("byte %s", at)
                    .isEqualTo(ScrubProgress.NEVER);
        }
        for (int length = 0; length < file.length; length++) {
            ChunkFiles.replace(scrubbed.memory, DataDirectory.INDEX.resolve("scrub"), Arrays.copyOf(file, length));
            assertThat(new ScrubProgressFile(scrubbed.memory, DataDirectory.INDEX).read())
                    .isEqualTo(ScrubProgress.NEVER);
        }
    }

    @Test
    void aCycleBeginsAfterTheIntervalOrWhenItIsAskedFor() {
        scrubbed.finishCycle();
        assertThat(step()).isEqualTo(Scrubber.IDLE_LOOK);
        assertThat(scrubbed.scrubber.status().running()).isFalse();
        scrubbed.now = scrubbed.now.plus(Duration.ofDays(1));
        step();
        assertThat(scrubbed.scrubber.status().running()).isTrue();
        assertThat(scrubbed.scrubber.start()).isFalse();
        scrubbed.finishCycle();
        assertThat(scrubbed.scrubber.start()).isTrue();
        step();
        assertThat(scrubbed.scrubber.status().chunks()).isPositive().isLessThan(CHUNKS);
    }

    @Test
    void aCycleThatIsAskedForHasFoundNothingYet() throws IOException {
        scrubbed.harm(0, Damage.ZEROED_BLOCK, new byte[0], new byte[0]);
        scrubbed.finishCycle();
        assertThat(scrubbed.scrubber.status().damaged()).isEqualTo(1);

        scrubbed.scrubber.start();

        ScrubStatus asked = scrubbed.scrubber.status();
        assertThat(asked.running()).isTrue();
        assertThat(asked.started()).contains(scrubbed.now);
        assertThat(asked.damaged()).isZero();
        assertThat(asked.chunks()).isZero();
        assertThat(asked.bytes()).isZero();
        assertThat(asked.left().orElseThrow()).isPositive();
    }

    @Test
    void onDemandOnlyMeansThat() throws IOException {
        scrubbed.config = new ScrubConfig(1 << 20, Duration.ZERO, Duration.ofDays(7));
        scrubbed.reopen();
        scrubbed.now = scrubbed.now.plus(Duration.ofDays(1000));
        assertThat(step()).isEqualTo(Scrubber.IDLE_LOOK);
        assertThat(scrubbed.scrubber.status().running()).isFalse();
    }

    @Test
    void aFullDiskIsNoReasonToStop() {
        scrubbed.script = operation ->
                operation.kind() == DiskOperation.Kind.WRITE || operation.kind() == DiskOperation.Kind.CREATE
                        ? DiskFault.NO_SPACE
                        : DiskFault.NONE;
        scrubbed.finishCycle();
        assertThat(scrubbed.scrubber.status().chunks()).isEqualTo(CHUNKS);
        assertThat(scrubbed.damaged).isEmpty();
        scrubbed.script = operation -> DiskFault.NONE;
    }
}
