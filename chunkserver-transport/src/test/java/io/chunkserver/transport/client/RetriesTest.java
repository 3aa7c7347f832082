package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of the failures of several tries is told. */
class RetriesTest {

    private final Timers timers = Timers.start("retries-test");
    private final Retries retries =
            new Retries(new RetryConfig(2, Duration.ofMillis(1), Duration.ofMillis(1)), new NoDelays(1), timers);

    @AfterEach
    void stop() {
        timers.close();
    }

    @Test
    void theFailureBeforeATryThatRanOutOfTimeSaysMore() {
        assertThatThrownBy(() -> fail(ErrorCode.BUSY, ErrorCode.UNREACHABLE, ErrorCode.TIMEOUT))
                .hasMessage("UNREACHABLE");
    }

    @Test
    void aTryThatRanOutOfTimeIsToldWhenNoOtherFailedOtherwise() {
        assertThatThrownBy(() -> fail(ErrorCode.TIMEOUT, ErrorCode.TIMEOUT, ErrorCode.TIMEOUT))
                .hasMessage("TIMEOUT");
    }

    @Test
    void theLastFailureIsTold() {
        assertThatThrownBy(() -> fail(ErrorCode.TIMEOUT, ErrorCode.UNREACHABLE, ErrorCode.BUSY))
                .hasMessage("BUSY");
    }

    private void fail(ErrorCode... codes) throws Exception {
        Queue<ErrorCode> next = new ArrayDeque<>(List.of(codes));
        retries.run(Duration.ofSeconds(60), left -> {
            ErrorCode code = next.remove();
            throw Failure.of(code, code.name()).toException();
        });
    }
}
