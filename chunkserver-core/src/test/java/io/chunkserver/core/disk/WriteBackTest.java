package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** Bytes that are written early: at most once at a time, and no failure is lost. */
class WriteBackTest {

    private final ForcedChannel channel = new ForcedChannel();
    private final Queue<Runnable> background = new ArrayDeque<>();
    private final LocalDiskFile file = file(background::add);

    private LocalDiskFile file(Executor executor) {
        return new LocalDiskFile(Path.of("written"), channel, executor, new DirectAccess());
    }

    @Test
    void writesInTheBackground() throws IOException {
        file.beginWriteBack();
        assertThat(channel.forces()).isZero();
        background.remove().run();
        assertThat(channel.forces()).isEqualTo(1);
        file.force();
        assertThat(channel.forces()).isEqualTo(2);
    }

    @Test
    void failureInTheBackgroundFailsEveryForceAfterIt() {
        channel.failNext(new IOException("the disk is broken"));
        file.beginWriteBack();
        background.remove().run();
        for (int time = 0; time < 2; time++) {
            assertThatThrownBy(file::force).isInstanceOf(IOException.class).hasMessageContaining("the disk is broken");
        }
        assertThat(channel.forces()).as("forces after the one that failed").isEqualTo(1);
    }

    @Test
    void failedFileIsNotWrittenAgain() {
        channel.failNext(new IOException("the disk is broken"));
        file.beginWriteBack();
        background.remove().run();
        file.beginWriteBack();
        assertThat(background).isEmpty();
        assertThatThrownBy(file::force).isInstanceOf(IOException.class);
    }

    @Test
    void whatHasNoThreadYetIsNeitherWaitedForNorBegunLater() throws IOException {
        file.beginWriteBack();
        file.force();
        background.remove().run();
        assertThat(channel.forces()).isEqualTo(1);
    }

    /** It would hear of the failure that the other is to hear of. */
    @Test
    void nothingBeginsWhileTheFileIsForced() throws IOException {
        file.beginWriteBack();
        channel.onNextForce(() -> {
            file.beginWriteBack();
            background.forEach(Runnable::run);
        });
        file.force();
        assertThat(channel.forces()).isEqualTo(1);
    }

    @Test
    void beginsAgainAfterAForce() throws IOException {
        file.force();
        file.beginWriteBack();
        background.remove().run();
        assertThat(channel.forces()).isEqualTo(2);
    }

    @Test
    void isAHintAlsoWhenTheSystemGivesNoThread() {
        LocalDiskFile poor = file(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        assertThatCode(poor::beginWriteBack).doesNotThrowAnyException();
    }

    @Test
    void whatIsThrownAwayIsNeverWaitedFor() {
        LocalDiskFile unlucky = file(task -> {});
        unlucky.beginWriteBack();
        unlucky.beginWriteBack();
        assertThatCode(unlucky::force).doesNotThrowAnyException();
    }

    @Test
    void oneAtATimeRuns() {
        file.beginWriteBack();
        file.beginWriteBack();
        background.remove().run();
        background.forEach(Runnable::run);
        assertThat(channel.forces()).isEqualTo(1);
    }
}
