package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A chunk that two disks of a server have: which copy stays. In simulated time. */
class DuplicateCopiesTest extends ServerOnTwoDisks {

    @Test
    void ofTwoCopiesTheNewerOneStaysWhenTheDiskComesBack() throws IOException {
        int lost = chunkOn(1);
        ChunkInfo version = server.stat(chunk(lost)).orElseThrow();
        fail(1);
        assertFailed(ErrorCode.DISK_FAILED, "", () -> store(lost));
        orderCopy(version, content(lost));
        store(lost);
        int onFailed = chunksOn(1);
        stop();
        failing[1] = false;
        start(0, 1);

        assertThat(server.stat(chunk(lost)).orElseThrow().version())
                .isEqualTo(version.version().next());
        assertReadable(lost);
        assertThat(chunksOn(1)).as("the older copy is gone").isEqualTo(onFailed - 1);
        assertThat(server.status().store().chunks())
                .isEqualTo(server.list("", null, 100).size());
    }

    @Test
    void ofTwoCopiesTheSoundOneStays() throws IOException {
        ChunkInfo version = copied(0);
        stop();
        damage(0);
        failing[0] = false;
        start(0, 1);

        assertReadable(version.id().index());
        assertThat(chunksOn(0)).isZero();
        assertThat(chunksOn(1)).isPositive();
    }

    /** One removal was begun while the one disk was to keep the chunk, the other when that disk is emptied. */
    @RepeatedTest(60)
    void ofTwoCopiesOneStaysWhateverTheOperatorDoesMeanwhile(RepetitionInfo step) throws IOException {
        ChunkInfo version = copied(0);
        stop();
        failing[0] = false;
        open(0, 1);
        time.runFor(Duration.ofNanos(step.getCurrentRepetition() * 40_000L));
        server.emptyDirectory(directory(0), true);
        time.runFor(LONG_ENOUGH);

        assertReadable(version.id().index());
        assertThat(chunksOn(0)).isZero();
    }

    /** Each was acknowledged once, and nobody here can tell which of them counts. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void twoCopiesOfOneVersionByTwoTransactionsStay(int disk) throws IOException {
        int number = chunkOn(disk);
        MemoryDisk elsewhere = new MemoryDisk();
        try (ChunkServer stranger = ChunkServer.builder(elsewhere)
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start()) {
            CompletableFuture<ChunkWriter> begun =
                    stranger.begin(request(number), List.of()).toCompletableFuture();
            assertThat(finish(await(begun), number).version()).isEqualTo(new ChunkVersion(1));
        }
        stop();
        int before = chunksOn(1 - disk);
        bring(elsewhere, disks.get(1 - disk));
        start(0, 1);

        assertThat(chunksOn(1 - disk)).isEqualTo(before + 1);
        assertThat(chunksOn(disk)).isPositive();
        assertReadable(number);
    }

    /** While the newer one is read somebody stores a version that is newer still. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void theNewestCopyStaysThoughItComesWhileTheOthersAreLookedAt(int failed) throws IOException {
        ChunkInfo version = copied(failed);
        int number = version.id().index();
        int others = chunksOn(failed) - 1;
        stop();
        failing[failed] = false;
        open(0, 1);
        Receipt newer = store(number);
        time.runFor(LONG_ENOUGH);

        assertThat(server.stat(chunk(number)).orElseThrow().version()).isEqualTo(newer.version());
        assertThat(server.status().store().chunks())
                .isEqualTo(server.list("", null, 100).size());
        assertThat(chunksOn(failed)).isBetween(others, others + 1);
        assertReadable(number);
    }
}
