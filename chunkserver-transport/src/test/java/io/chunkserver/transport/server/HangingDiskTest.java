package io.chunkserver.transport.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ReadMode;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Request;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A request is answered by its deadline, whatever the disk does (guarantee L2), and one disk does not hold up another. */
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

    /** With as few other threads as there can be: reads wait on those of their own disk. */
    @Test
    void aDiskThatHangsKeepsNobodyFromReadingAnother() throws Exception {
        EndpointThreads threads = new EndpointThreads(1);
        Set<String> published = ConcurrentHashMap.newKeySet();
        try (ChunkServer server = ChunkServer.builder(disk("hung", published))
                .disk(disk("sound", published))
                .serverId(SELF)
                .start()) {
            Map<String, ChunkId> chunks = new HashMap<>();
            for (int index = 0; index < 100 && chunks.size() < 2; index++) {
                ChunkId chunk = new ChunkId("file", index);
                published.clear();
                server.store(chunk, new ByteArrayInputStream(new byte[] {1, 2, 3}), 3);
                // Read once, its file stays open, and is read without a detour from then on.
                server.read(chunk, OutputStream.nullOutputStream());
                published.forEach(where -> chunks.put(where, chunk));
            }
            assertThat(chunks).as("a chunk on each disk").containsOnlyKeys("hung", "sound");
            hanging = true;
            ChunkRequestHandler handler =
                    new ChunkRequestHandler(server, new ServerAddress("server", 1), EndpointConfig.DEFAULT, threads);

            for (int request = 1; request <= 3; request++) {
                read(handler, request, chunks.get("hung"), Duration.ofHours(1));
            }
            read(handler, 4, chunks.get("sound"), Duration.ofSeconds(10));

            Frame last = lasts.poll(20, TimeUnit.SECONDS);
            assertThat(last).as("answer of the disk that does not hang").isNotNull();
            assertThat(last.requestId()).isEqualTo(4);
            assertThat(last.type()).isEqualTo(FrameType.END);
            free.complete(null);
        } finally {
            free.complete(null);
            threads.close();
        }
    }

    private void read(ChunkRequestHandler handler, int id, ChunkId chunk, Duration timeout) {
        handler.begin(
                new Request.Read(chunk, 0, null, ReadMode.COMMITTED, timeout),
                new Answer(connection, id, SELF, (answer, last, gone, failure) -> {
                    lasts.add(last.get(last.size() - 1));
                }),
                new ReadingGate(connection),
                Runnable::run);
    }

    private FaultyDisk disk(String name, Set<String> published) {
        return new FaultyDisk(new MemoryDisk(), operation -> {
            if (operation.kind() == Kind.RENAME && operation.path().startsWith("chunks")) {
                published.add(name);
            }
            if (hanging && name.equals("hung") && operation.kind() == Kind.READ) {
                free.join();
            }
            return DiskFault.NONE;
        });
    }

    private DiskFault script(DiskOperation operation) {
        if (hanging && operation.kind() == Kind.OPEN) {
            free.join();
        }
        return DiskFault.NONE;
    }
}
