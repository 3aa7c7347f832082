package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class StallWatchTest {

    private final StallWatch watch = new StallWatch();

    @Test
    void fourLooksMakeATimeoutAndTheFirstSaysOnlyThatTheTurnHasCome() {
        assertThat(StallWatch.period(Duration.ofSeconds(30))).isEqualTo(Duration.ofMillis(7500));
        for (int look = 0; look < 4; look++) {
            assertThat(watch.look(true, 0)).as("look %s", look).isZero();
        }
        for (int look = 4; look < 8; look++) {
            assertThat(watch.look(true, 0)).as("look %s", look).isEqualTo(1);
        }
        assertThat(watch.look(true, 0)).isEqualTo(2);
    }

    @Test
    void progressBeginsTheTimeoutAnew() {
        for (int look = 0; look < 100; look++) {
            assertThat(watch.look(true, look / 3)).isZero();
        }
    }

    @Test
    void nobodyIsWaitedForOutOfTurn() {
        for (int look = 0; look < 100; look++) {
            assertThat(watch.look(look % 4 != 0, 0)).isZero();
        }
    }
}
