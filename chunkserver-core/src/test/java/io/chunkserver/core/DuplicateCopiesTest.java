package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkInfo;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

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
}
