package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndpointThreadsTest {

    private static final long PATIENCE_SECONDS = 20;

    @Test
    void whatIsRepeatedGoesOnAfterItFailed() throws Exception {
        EndpointThreads threads = new EndpointThreads(1);
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch third = new CountDownLatch(1);
        try {
            threads.repeat(
                    () -> {
                        switch (runs.incrementAndGet()) {
                            case 1 -> throw new OutOfMemoryError("for a moment");
                            case 2 -> throw new IllegalStateException("a defect");
                            default -> third.countDown();
                        }
                    },
                    Duration.ofMillis(1));
            assertThat(third.await(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("runs a third time")
                    .isTrue();
        } finally {
            threads.close();
        }
    }
}
