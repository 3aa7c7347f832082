package io.chunkserver.core.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMillis(700);

    @Test
    void withoutLuckDelaysDoubleFromTheFirstAndStayAtTheLongest() {
        assertThat(delays(new Chance(true))).containsExactly(millis(100, 200, 400, 700, 700));
    }

    @Test
    void withAllLuckEachDelayIsHalved() {
        assertThat(delays(new Chance(false))).containsExactly(millis(50, 100, 200, 350, 350));
    }

    private static List<Duration> delays(RandomGenerator random) {
        Backoff backoff = new Backoff(FIRST, LONGEST, random);
        return Stream.generate(backoff::next).limit(5).toList();
    }

    private static Duration[] millis(long... delays) {
        return Arrays.stream(delays).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }

    /** Draws always the largest or always the smallest number. */
    private record Chance(boolean largest) implements RandomGenerator {

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException("delays are drawn below a bound");
        }

        @Override
        public long nextLong(long bound) {
            return largest ? bound - 1 : 0;
        }
    }
}
