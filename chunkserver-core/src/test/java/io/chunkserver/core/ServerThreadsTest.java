package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Environment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** How the end of a server's threads is waited for. */
class ServerThreadsTest {

    private static final Duration NO_TIME = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(30);

    @Test
    void aDiskThatHangsIsNotWaitedForForEver() {
        assertThat(closedWhileHanging(Environment::disk)).isFalse();
    }

    @Test
    void aLogThatHangsIsNotWaitedForForEver() {
        assertThat(closedWhileHanging(Environment::log)).isFalse();
    }

    @Test
    void whatWasBegunIsDoneWhenClosingReturns() {
        ServerThreads threads = ServerThreads.create(1);
        CompletableFuture<Void> done = new CompletableFuture<>();
        threads.next().disk().execute(() -> done.complete(null));

        assertThat(threads.close(LONG)).isEmpty();
        assertThat(done).isCompleted();
    }

    private static boolean closedWhileHanging(Function<Environment, Executor> role) {
        ServerThreads threads = ServerThreads.create(1);
        CompletableFuture<Void> free = new CompletableFuture<>();
        role.apply(threads.next()).execute(free::join);
        try {
            return threads.close(NO_TIME).isEmpty();
        } finally {
            free.complete(null);
        }
    }
}
