package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.space.SpaceAlert;
import io.chunkserver.core.space.SpaceLevel;
import io.chunkserver.core.space.SpaceSnapshot;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A server with two disks: where chunks go. In simulated time. */
class VolumesTest extends ServerOnTwoDisks {

    @Test
    void newChunksAreSpreadAndAllAreFound() throws IOException {
        for (int number = 0; number < 20; number++) {
            store(number);
        }
        assertThat(chunksOn(0)).isBetween(4, 16);
        assertThat(chunksOn(0) + chunksOn(1)).isEqualTo(20);
        for (int number = 0; number < 20; number++) {
            assertReadable(number);
        }
        assertThat(server.list("", null, 100))
                .extracting(ChunkInfo::id)
                .containsExactlyElementsOf(IntStream.range(0, 20)
                        .mapToObj(ServerOnTwoDisks::chunk)
                        .sorted()
                        .toList());
        assertThat(server.list("", chunk(3), 5)).hasSize(5);
        assertThat(server.status().store().chunks()).isEqualTo(20);
    }

    @Test
    void aChunkStaysWhereItIs() throws IOException {
        int disk = storedOn(1);
        for (int again = 0; again < 10; again++) {
            store(1);
            store(10 + again);
        }
        assertThat(server.stat(chunk(1)).orElseThrow().version()).isEqualTo(new ChunkVersion(11));
        assertThat(chunksOn(disk)).isBetween(2, 10);
        assertThat(chunksOn(0) + chunksOn(1)).isEqualTo(11);
    }

    @Test
    void theDirectoriesMayBeNamedInAnyOrder() throws IOException {
        for (int number = 0; number < 6; number++) {
            store(number);
        }
        server.close();
        start(1, 0);
        for (int number = 0; number < 6; number++) {
            assertReadable(number);
        }
    }

    /** The first store takes room on one disk, so that the other has more when the second begins. */
    @Test
    void twoStoresOfANewChunkMeetOnOneVolume() throws IOException {
        ChunkWriter first = begin(1);
        ChunkWriter second = begin(1);
        time.runFor(Duration.ofSeconds(1));

        assertFailed(ErrorCode.BUSY, "is open on the chunk", () -> now(second.receipt()));
        first.finish(0, 0);
        time.runFor(Duration.ofSeconds(1));
        assertThat(now(first.receipt()).version()).isEqualTo(new ChunkVersion(1));
        assertThat(chunksOn(0) + chunksOn(1)).isEqualTo(1);
    }

    @Test
    void aDrainedServerTakesNothingOnAnyDiskAlsoAfterARestart() throws IOException {
        server.drain();
        server.close();
        start(1, 0);
        assertThat(server.status().state()).isEqualTo(ServerState.DRAINING);
        assertFailed(ErrorCode.DRAINING, "", () -> store(1));
        server.resume();
        store(1);
        store(2);
    }

    @Test
    void theDisksShareTheSpaceLimit() throws IOException {
        server.close();
        open(ChunkServerConfig.DEFAULT.withSpaceLimitBytes(10L * LENGTH), 0, 1);
        int stored = 0;
        try {
            for (int number = 0; number < 20; number++) {
                store(number);
                stored++;
            }
        } catch (CompletionException full) {
            assertThat(ChunkServerException.from(full).code()).isIn(ErrorCode.INSUFFICIENT_SPACE, ErrorCode.READ_ONLY);
        }
        assertThat(stored).isBetween(7, 10);
        assertThat(chunksOn(0)).isPositive();
        assertThat(chunksOn(1)).isPositive();
        SpaceSnapshot space = server.status().space();
        assertThat(space.limitBytes()).isEqualTo(10L * LENGTH);
        assertThat(space.availableBytes()).isEqualTo(space.limitBytes() - space.usedBytes() - space.reservedBytes());
    }

    /** Two halves that are each far from the limit fill it together. */
    @Test
    void theThresholdsAreOfTheLimitThatTheDisksShare() throws IOException {
        server.close();
        open(ChunkServerConfig.DEFAULT.withSpaceLimitBytes(40L * LENGTH), 0, 1);
        int stored = 0;
        while (usedPercent() < 85) {
            assertLevel(SpaceLevel.NORMAL, ServerState.READY);
            store(stored++);
        }
        while (usedPercent() < 95) {
            assertLevel(SpaceLevel.WARN, ServerState.READY);
            store(stored++);
        }
        assertLevel(SpaceLevel.READ_ONLY, ServerState.READ_ONLY);
        assertThat(server.status().directories())
                .allSatisfy(directory ->
                        assertThat(directory.reason()).contains("of which all directories use", "below 93 %"));
        int next = stored;
        assertFailed(ErrorCode.READ_ONLY, "", () -> store(next));
        while (usedPercent() >= 93) {
            assertLevel(SpaceLevel.READ_ONLY, ServerState.READ_ONLY);
            delete(--stored);
        }
        assertLevel(SpaceLevel.WARN, ServerState.READY);

        assertThat(chunksOn(0)).isGreaterThan(5);
        assertThat(chunksOn(1)).isGreaterThan(5);
        assertThat(spaceAlerts)
                .as("told once by each of the two")
                .extracting(SpaceAlert::now)
                .containsExactly(
                        SpaceLevel.WARN,
                        SpaceLevel.WARN,
                        SpaceLevel.READ_ONLY,
                        SpaceLevel.READ_ONLY,
                        SpaceLevel.WARN,
                        SpaceLevel.WARN);
    }

    private double usedPercent() {
        SpaceSnapshot space = server.status().space();
        return 100.0 * space.usedBytes() / space.limitBytes();
    }

    private void assertLevel(SpaceLevel level, ServerState state) {
        assertThat(server.status().spaceLevel()).as("%.2f %%", usedPercent()).isEqualTo(level);
        assertThat(server.status().directories())
                .extracting(DirectoryStatus::spaceLevel)
                .containsOnly(level);
        assertThat(server.status().state()).isEqualTo(state);
    }

    /** Of which the one disk sees a little less than the other one here. */
    @Test
    void whatOneFileSystemHasLeftIsCountedOnce() throws IOException {
        leave(0, 20L * LENGTH);
        leave(1, 21L * LENGTH);
        long apart = server.status().space().freeBytes();
        assertThat(apart).isEqualTo(free(0) + free(1));
        stop();
        oneFileSystem = true;
        start(0, 1);

        assertThat(free(0)).isLessThan(free(1));
        assertThat(server.status().space().freeBytes()).isEqualTo(free(1));
        assertThat(server.status().space().availableBytes())
                .isEqualTo(server.status().directories().get(1).space().availableBytes())
                .isPositive();
    }

    private long free(int disk) {
        return server.status().directories().get(disk).space().freeBytes();
    }
}
