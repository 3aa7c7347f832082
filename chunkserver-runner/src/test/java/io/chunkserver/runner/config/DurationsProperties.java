package io.chunkserver.runner.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class DurationsProperties {

    @Property
    void whatIsWrittenExactlyIsReadBack(@ForAll @LongRange(min = 0, max = 99_999_999_999L) long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(Durations.parse(Durations.exact(duration))).isEqualTo(duration);
    }
}
