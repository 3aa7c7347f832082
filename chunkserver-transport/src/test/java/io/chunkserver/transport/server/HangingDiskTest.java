package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A request is answered by its deadline, whatever the disk does (guarantee L2). */
class HangingDiskTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final ServerId SELF = new ServerId("a");

    private final CompletableFuture<Void> free = new CompletableFuture<>();
    private final BlockingQueue<Frame> lasts = new LinkedBlockingQueue<>();
    private final HeldConnection connection = new HeldConnection();
    private volatile boolean hanging;

    @Test
    void aRequestWithoutBytesIsAnsweredInTime() throws Exception {
        EndpointThreads threads = new EndpointThreads(1);
        try (ChunkServer server = ChunkServer.builder(new FaultyDisk(new MemoryDisk(), this::script))
                .serverId(SELF)
                .start()) {
            server.store(CHUNK, new ByteArrayInputStream(new byte[] {1, 2, 3}), 3);
            hanging = true;

            new ChunkRequestHandler(server, new ServerAddress("server", 1), EndpointConfig.DEFAULT, threads)
                    .begin(
                            new Request.Stat(CHUNK, Duration.ofMillis(50)),
                            new Answer(connection, 1, SELF, (answer, last, gone, failure) -> lasts.addAll(last)),
                            new ReadingGate(connection),
                            Runnable::run);

            Frame last = lasts.poll(10, TimeUnit.SECONDS);
            assertThat(last).as("answer while the disk hangs").isNotNull();
            assertThat(Messages.error(last).code()).isEqualTo(ErrorCode.TIMEOUT);
            free.complete(null);
        } finally {
            free.complete(null);
            threads.close();
        }
    }

    private DiskFault script(DiskOperation operation) {
        if (hanging && operation.kind() == Kind.OPEN) {
            free.join();
        }
        return DiskFault.NONE;
    }
}
