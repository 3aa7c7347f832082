package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
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
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits for a store is answered also when somebody else closes the server meanwhile (guarantee L2). */
@Timeout(60)
class CloseWhileStoringTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = {1, 2, 3};
    private static final Duration SOON = Duration.ofSeconds(20);

    private final MemoryDisk memory = new MemoryDisk();
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch free = new CountDownLatch(1);
    private volatile boolean armed;

    @Test
    void aStoreIsAnsweredWhoseDecisionIsBeingForcedWhenTheServerCloses() throws Exception {
        ChunkServer server = start(new FaultyDisk(memory, this::script));
        armed = true;
        CompletableFuture<Receipt> storing = CompletableFuture.supplyAsync(() -> store(server));
        reached.await();

        Thread closing = new Thread(() -> close(server), "closing");
        closing.start();
        // The timers are gone as soon as it waits for the log.
        await().atMost(SOON).until(() -> closing.getState() == Thread.State.TIMED_WAITING);
        free.countDown();
        closing.join();

        assertThat(storing).succeedsWithin(SOON).satisfies(receipt -> {
            assertThat(receipt.lengthBytes()).isEqualTo(BYTES.length);
            assertThat(receipt.applied()).isEmpty();
        });
        try (ChunkServer again = start(memory)) {
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            again.read(CHUNK, read);
            assertThat(read.toByteArray()).isEqualTo(BYTES);
        }
    }

    @Test
    void aClosedServerSaysSo() throws IOException {
        ChunkServer server = start(memory);
        server.close();

        assertClosed(() -> server.store(CHUNK, new ByteArrayInputStream(BYTES), BYTES.length));
        assertClosed(() -> server.read(CHUNK, new ByteArrayOutputStream()));
    }

    private static void assertClosed(ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.class))
                .extracting(ChunkServerException::code)
                .isEqualTo(ErrorCode.DRAINING);
    }

    private DiskFault script(DiskOperation operation) {
        if (armed && operation.kind() == Kind.FORCE && isSegmentInUse(operation.path())) {
            armed = false;
            reached.countDown();
            boolean interrupted = false;
            while (free.getCount() > 0) {
                try {
                    free.await();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return DiskFault.NONE;
    }

    /** The next segment, which is made ahead, has another name. */
    private static boolean isSegmentInUse(Path path) {
        return path.startsWith(DataDirectory.LOG) && path.toString().endsWith(".log");
    }

    private static ChunkServer start(Disk disk) throws IOException {
        return ChunkServer.builder(disk).serverId(new ServerId("one")).start();
    }

    private static Receipt store(ChunkServer server) {
        try {
            return server.store(CHUNK, new ByteArrayInputStream(BYTES), BYTES.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(ChunkServer server) {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
