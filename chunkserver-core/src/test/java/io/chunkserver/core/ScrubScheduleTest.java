package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Environment;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.EmergencyRoom;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.scrub.ScrubConfig;
import io.chunkserver.core.scrub.Scrubber;
import io.chunkserver.core.store.FileChunkStore;
import io.chunkserver.core.store.StoreFiles;
import io.chunkserver.core.store.StoreListener;
import io.chunkserver.core.store.StrayFile;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ExpectedErrors.class)
class ScrubScheduleTest {

    private static final Duration UNTIL_THE_FIRST_LOOK = Duration.ofSeconds(31);
    private static final Duration A_MOMENT = Duration.ofMillis(100);

    /** The next look of the scrub and the next upkeep of the quarantine: each has one timer, or is being done. */
    private static final int ONE_OF_EACH = 2;

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private final SimulatedTime.Life life = time.life(Duration.ofMillis(20));
    private final MemoryDisk disk = new MemoryDisk();
    private final List<StrayFile> strays = new ArrayList<>();

    /** Done as a look hands its step to the disk's threads. */
    private Runnable meanwhile = () -> {};

    private int defects;
    private FileChunkStore store;
    private Scrubber scrubber;
    private ScrubSchedule schedule;

    @BeforeEach
    void open() throws IOException {
        for (Path folder : List.of(DataDirectory.CHUNKS, DataDirectory.QUARANTINE, DataDirectory.INDEX)) {
            disk.createDirectories(folder);
        }
        store = FileChunkStore.open(
                disk,
                DataDirectory.CHUNKS,
                DataDirectory.QUARANTINE,
                DataDirectory.INDEX,
                time::instant,
                new StoreListener() {
                    @Override
                    public void changed(ChunkId chunk) {
                        // Not looked at.
                    }

                    @Override
                    public void damaged(ChunkInfo version, Failure why) {
                        // There are no chunks.
                    }

                    @Override
                    public void unreadable(ChunkInfo version) {
                        // There are no chunks.
                    }
                },
                EmergencyRoom.NONE);
        // 128 folders a second, so that a cycle takes about half a minute.
        ScrubConfig config = new ScrubConfig(1 << 20, Duration.ofDays(1), Duration.ofDays(7));
        scrubber = new Scrubber(store, this::found, config, time::instant, disk, DataDirectory.INDEX);
        Environment all = life.environment();
        Executor executor = task -> {
            meanwhile.run();
            all.disk().execute(task);
        };
        schedule = new ScrubSchedule(
                        scrubber,
                        store.quarantineUpkeep(),
                        config,
                        new Environment(all.clock(), all.random(), all.timers(), executor, all.log()))
                .begin();
    }

    private void found(StrayFile stray) {
        if (defects > 0) {
            defects--;
            throw new IllegalStateException("a defect");
        }
        strays.add(stray);
    }

    @AfterEach
    void close() throws IOException {
        schedule.close();
        scrubber.close();
        store.close();
    }

    private void finishCycle() {
        time.runFor(Duration.ofMinutes(3));
        assertThat(scrubber.status().running()).isFalse();
        assertThat(scrubber.status().ended()).isPresent();
    }

    @Test
    void aCycleThatIsAskedForWhileTheScheduleLooksBeginsNoSecondSeriesOfSteps() {
        meanwhile = () -> {
            meanwhile = () -> {};
            assertThat(schedule.start()).isTrue();
        };

        time.runFor(UNTIL_THE_FIRST_LOOK);

        assertThat(scrubber.status().running()).isTrue();
        assertThat(time.pendingTasks()).isEqualTo(ONE_OF_EACH);
    }

    @Test
    void aCycleThatIsAskedForBeginsAtOnce() {
        finishCycle();

        assertThat(schedule.start()).isTrue();
        time.runFor(A_MOMENT);

        assertThat(scrubber.start()).as("a cycle could be begun").isFalse();
        assertThat(time.pendingTasks()).isEqualTo(ONE_OF_EACH);
        finishCycle();
    }

    @Test
    void aDefectInAStepDoesNotEndTheScrub() throws IOException {
        Path stray =
                new StoreFiles(disk, DataDirectory.CHUNKS, DataDirectory.QUARANTINE).chunkFile(new ChunkId("/data", 0));
        disk.createDirectories(stray.getParent());
        disk.create(stray).close();
        defects = 1;

        finishCycle();

        assertThat(defects).isZero();
        assertThat(strays).hasSize(1);
    }

    @Test
    void nothingIsDoneAfterTheEnd() {
        schedule.close();

        time.runFor(UNTIL_THE_FIRST_LOOK);

        assertThat(scrubber.status().running()).isFalse();
        assertThat(time.pendingTasks()).isZero();
    }
}
