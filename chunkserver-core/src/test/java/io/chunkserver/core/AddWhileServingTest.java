package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that keeps whoever adds it waiting keeps nobody else waiting. On real threads. */
@Timeout(60)
class AddWhileServingTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = {1, 2, 3};
    private static final Duration SOON = Duration.ofSeconds(20);

    private final MemoryDisk memory = new MemoryDisk();
    private final MemoryDisk added = new MemoryDisk();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CompletableFuture<Void> free = new CompletableFuture<>();
    private ChunkServer server;
    private CompletableFuture<Void> adding;

    @BeforeEach
    void start() throws IOException {
        server = start(memory);
    }

    @AfterEach
    void end() throws IOException {
        free.complete(null);
        adding.handle((done, failure) -> null).join();
        server.close();
    }

    private static ChunkServer start(Disk disk, Disk... others) throws IOException {
        ChunkServerBuilder builder = ChunkServer.builder(disk).serverId(new ServerId("one"));
        for (Disk other : others) {
            builder.disk(other);
        }
        return builder.start();
    }

    /** Begins to add a disk that hangs when it is told of the others, which know it already. */
    private void begin() throws InterruptedException {
        Disk hanging = new FaultyDisk(added, operation -> {
            if (knownByTheOthers() && operation.kind() == DiskOperation.Kind.RENAME) {
                reached.countDown();
                free.join();
            }
            return DiskFault.NONE;
        });
        adding = CompletableFuture.runAsync(() -> {
            try {
                server.addDirectory(hanging);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        reached.await();
    }

    private boolean knownByTheOthers() {
        return server.identity().set().members().size() > 1;
    }

    @Test
    void theServerGoesOn() throws Exception {
        begin();

        server.store(CHUNK, new ByteArrayInputStream(BYTES), BYTES.length);
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        server.read(CHUNK, read);
        assertThat(read.toByteArray()).isEqualTo(BYTES);
        server.drain();
        server.reachableAt("here", 4711);
        assertThat(server.status().directories()).hasSize(1);
        assertThatThrownBy(() -> server.addDirectory(new MemoryDisk()))
                .isInstanceOfSatisfying(
                        ChunkServerException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
        free.complete(null);
        adding.join();

        assertThat(server.status().directories()).hasSize(2);
        assertThat(added.size(DataDirectory.IDENTITY_FILE)).isPresent();
        assertThat(added.list(Path.of(""))).as("drained as the server is").contains(Path.of("draining"));
        server.resume();
    }

    /** Else the identity of a directory could be written that another server has open. */
    @Test
    void closingWaitsForIt() throws Exception {
        begin();
        CompletableFuture<Void> closed = new CompletableFuture<>();
        Thread closing = new Thread(
                () -> {
                    try {
                        server.close();
                        closed.complete(null);
                    } catch (IOException e) {
                        closed.completeExceptionally(e);
                    }
                },
                "closing");
        closing.start();
        await().atMost(SOON).until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        assertThatThrownBy(() -> start(memory)).isInstanceOf(ChunkServerException.Unusable.class);
        free.complete(null);
        closing.join();

        assertThat(closed).isCompleted();
        // Its thread goes on when closing has gone on.
        adding.join();
        try (ChunkServer again = start(memory, added)) {
            assertThat(again.status().directories()).hasSize(2);
        }
    }
}
