package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** One server on a disk in memory: what a failed force and a crash make of it. */
class ServerOnCrashedDiskTest {

    private static final ChunkId CHUNK = new ChunkId("file", 0);
    private static final Duration A_WHILE = Duration.ofSeconds(5);
    private static final Duration REMEMBERED = Duration.ofHours(1);
    private static final TransactionLogConfig LOG = new TransactionLogConfig(
            TransactionLogConfig.MIN_SEGMENT_BYTES,
            TransactionLogConfig.DEFAULT.checkpointSegments(),
            TransactionLogConfig.DEFAULT.maxQueuedBytes(),
            TransactionLogConfig.DEFAULT.maxQueuedRecords(),
            new OutcomeRetention(0, REMEMBERED, 1000));

    private final MemoryDisk memory = new MemoryDisk();
    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private DiskScript script = DiskScript.GOOD;
    private final FaultyDisk disk = new FaultyDisk(memory, operation -> script.before(operation));
    private long sequence;

    private ChunkServer start() throws IOException {
        return start(time.life(Duration.ofMillis(1)));
    }

    private ChunkServer start(SimulatedTime.Life life) throws IOException {
        return ChunkServer.builder(disk)
                .environment(life.environment())
                .config(ChunkServerConfig.DEFAULT.withLog(LOG))
                .start();
    }

    private void store(ChunkServer server) {
        byte[] bytes = {1, 2, 3};
        StoreRequest request = new StoreRequest(
                new TransactionId("client", time.instant().toEpochMilli(), sequence++),
                CHUNK,
                false,
                bytes.length,
                null,
                Attributes.NONE,
                Durability.SYNC,
                A_WHILE);
        ChunkWriter writer =
                server.begin(request, List.of()).toCompletableFuture().join();
        CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(bytes));
        writer.write(block);
        writer.finish(bytes.length, block.crc32c());
        time.runFor(A_WHILE);
        writer.receipt().toCompletableFuture().join();
    }

    @Test
    void aLogThatFailsWhileNobodyWaitsForItClosesTheServerToNewChunks() throws IOException {
        ChunkServer server = start();
        store(server);
        // The decision is forced, and the client told; the end of the transaction is what meets the fault.
        script = DiskScript.once(
                operation -> operation.kind() == DiskOperation.Kind.FORCE
                        && operation.path().startsWith(DataDirectory.LOG),
                1,
                DiskFault.IO_ERROR);
        store(server);

        assertThat(server.status().state()).isEqualTo(ServerState.READ_ONLY);
        assertThat(server.status().reason()).contains("transaction log");
    }

    /** Who asks such a server about its promises must not take it for the one that knew. */
    @Test
    void aServerWhoseLogIsLostIsKnownByAnotherLogId() throws IOException {
        ChunkServer server = start();
        UUID before = server.identity().logId();
        server.close();
        ChunkServer withItsLog = start();
        assertThat(withItsLog.identity().logId()).isEqualTo(before);
        withItsLog.close();
        for (Path segment : memory.list(DataDirectory.LOG)) {
            memory.delete(DataDirectory.LOG.resolve(segment));
        }
        ChunkServer without = start();
        assertThat(without.identity().logId()).isNotEqualTo(before);
        without.close();
    }

    @Test
    void aStagedNameThatACrashBroughtBackDoesNotKeepTheServerFromStarting() throws IOException {
        Map<Path, byte[]> staged = new LinkedHashMap<>();
        script = operation -> {
            if (operation.kind() == DiskOperation.Kind.RENAME
                    && operation.path().toString().endsWith(".staged")) {
                staged.put(operation.path(), read(operation.path()));
            }
            return DiskFault.NONE;
        };
        ChunkServer server = start();
        store(server);
        Map.Entry<Path, byte[]> first = staged.entrySet().iterator().next();
        store(server);
        server.close();
        try (DiskFile file = memory.create(first.getKey())) {
            file.writeFully(ByteBuffer.wrap(first.getValue()), 0);
        }

        ChunkServer again = start();

        assertThat(again.stat(CHUNK).map(ChunkInfo::version).orElseThrow().number())
                .isEqualTo(2);
        assertThat(memory.size(first.getKey())).isEmpty();
        assertThat(again.status().lostChunks()).isEmpty();
    }

    /** What the dead process published was never forced; when the log forgets it nobody would do it again. */
    @Test
    void aChunkThatADeadProcessPublishedOutlivesAPowerLossAfterTheLogForgotIt() throws IOException {
        SimulatedTime.Life life = time.life(Duration.ofMillis(1));
        store(start(life));
        life.end();
        memory.endProcess();
        ChunkServer server = start();
        time.runFor(REMEMBERED.plus(A_WHILE));
        server.close();
        memory.crash();

        ChunkServer again = start();

        assertThat(again.stat(CHUNK)).isPresent();
        assertThat(again.status().lostChunks()).isEmpty();
    }

    private byte[] read(Path path) {
        try (DiskFile file = memory.openForRead(path)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.readFully(bytes, 0);
            byte[] copy = new byte[bytes.flip().remaining()];
            bytes.get(copy);
            return copy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
