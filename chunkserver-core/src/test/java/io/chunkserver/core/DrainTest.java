package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A server that an operator drains takes nothing new, over restarts and power losses, and serves on. */
class DrainTest {

    private static final ChunkId CHUNK = new ChunkId("file", 0);

    private final MemoryDisk memory = new MemoryDisk();
    private DiskScript script = DiskScript.GOOD;

    private ChunkServer start() throws IOException {
        return ChunkServer.builder(new FaultyDisk(memory, operation -> script.before(operation)))
                .start();
    }

    private static void store(ChunkServer server) throws IOException {
        server.store(CHUNK, new ByteArrayInputStream(new byte[] {1, 2, 3}), 3);
    }

    private static void assertRefuses(ChunkServer server) {
        assertThat(server.status().state()).isEqualTo(ServerState.DRAINING);
        assertThat(server.status().reason()).contains("operator", "resume");
        assertThatExceptionOfType(ChunkServerException.class)
                .isThrownBy(() -> store(server))
                .matches(refused -> refused.code() == ErrorCode.DRAINING)
                .matches(refused -> refused.code().exitCode() == 12);
    }

    private static void assertTakes(ChunkServer server) throws IOException {
        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        store(server);
    }

    @Test
    void aDrainedServerRefusesStoresAndGoesOnServingReadsUntilItResumes() throws IOException {
        try (ChunkServer server = start()) {
            store(server);
            server.drain();
            server.drain();
            assertRefuses(server);
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            server.read(CHUNK, read);
            assertThat(read.toByteArray()).containsExactly(1, 2, 3);

            server.resume();
            server.resume();
            assertTakes(server);
        }
    }

    @Test
    void aDrainAndItsEndOutliveAPowerLoss() throws IOException {
        try (ChunkServer server = start()) {
            server.drain();
        }
        memory.crash();
        try (ChunkServer server = start()) {
            assertRefuses(server);
            server.resume();
            assertTakes(server);
        }
        memory.crash();
        try (ChunkServer server = start()) {
            assertTakes(server);
        }
    }

    @Test
    void aDrainThatCannotBeRememberedIsNotBegun() throws IOException {
        try (ChunkServer server = start()) {
            script = operation ->
                    operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY ? DiskFault.IO_ERROR : DiskFault.NONE;
            assertThatExceptionOfType(IOException.class).isThrownBy(server::drain);
            script = DiskScript.GOOD;
            assertThat(server.status().state()).isEqualTo(ServerState.READY);
        }
    }

    /** The mark is being written, for as long as the disk hangs. */
    @Test
    void aServerGoesDownAndRefusesStoresWhileTheDiskHangsThatADrainWaitsFor() throws IOException {
        try (ChunkServer server = start()) {
            List<Boolean> idle = new ArrayList<>();
            List<ServerState> seen = new ArrayList<>();
            script = operation -> {
                if (operation.kind() == DiskOperation.Kind.CREATE && idle.isEmpty()) {
                    seen.add(server.status().state());
                    // By another thread, as that of a signal is.
                    idle.add(CompletableFuture.supplyAsync(() -> server.drain(Duration.ZERO))
                            .thenCompose(drained -> drained)
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join());
                }
                return DiskFault.NONE;
            };
            server.drain();

            assertThat(seen).containsExactly(ServerState.DRAINING);
            assertThat(idle).containsExactly(true);
        }
        try (ChunkServer server = start()) {
            assertRefuses(server);
        }
    }

    @Test
    void aServerThatGoesDownDoesNotTakeChunksAgainButTheNextStartDoes() throws IOException {
        try (ChunkServer server = start()) {
            server.drain();
            assertThat(server.drain(Duration.ZERO).toCompletableFuture().join()).isTrue();
            assertThatExceptionOfType(ChunkServerException.class)
                    .isThrownBy(server::resume)
                    .matches(refused -> refused.code() == ErrorCode.DRAINING);
            assertThat(server.status().state()).isEqualTo(ServerState.DRAINING);
        }
        try (ChunkServer server = start()) {
            assertTakes(server);
        }
    }
}
