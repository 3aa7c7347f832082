package io.chunkserver.transport.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.loopback.LoopbackNetwork;
import io.chunkserver.transport.loopback.LoopbackTransport;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A network on which nothing moves but when its test says so, in the test's own thread. */
final class SteppedNetwork {

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final LoopbackNetwork network = new LoopbackNetwork(tasks::add);

    LoopbackTransport transport() {
        return new LoopbackTransport(network);
    }

    /** Delivers everything that is under way, and what that leads to. */
    void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Delivers everything; the stage must be done by then. */
    <T> T done(CompletionStage<T> stage) {
        run();
        assertThat(stage.toCompletableFuture()).isCompleted();
        return stage.toCompletableFuture().join();
    }

    /** Delivers everything; the stage must have failed by then, or fail soon, by a timer. */
    ChunkServerException failed(CompletionStage<?> stage, ErrorCode code) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).until(() -> {
            run();
            return stage.toCompletableFuture().isDone();
        });
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
        ChunkServerException thrown = stage.handle((value, why) -> ChunkServerException.from(why))
                .toCompletableFuture()
                .join();
        assertThat(thrown.code()).as(thrown.toString()).isEqualTo(code);
        return thrown;
    }
}
