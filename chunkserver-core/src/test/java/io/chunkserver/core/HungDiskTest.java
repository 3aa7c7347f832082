package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A disk that hangs fails nothing: the server finds it out, says so, sends new work away at once, and goes on when the disk does. */
@ExtendWith(ExpectedErrors.class)
class HungDiskTest {

    private static final Duration HANGS = Duration.ofSeconds(30);
    private static final Duration QUIET = Duration.ofSeconds(10);

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(3));
    private final List<ServerStatus> seen = new ArrayList<>();
    private final List<CompletableFuture<ChunkWriter>> refused = new ArrayList<>();
    private boolean hanging;
    private ChunkServer server;
    private long sequence;

    private CompletableFuture<ChunkWriter> begin(boolean delete) {
        return server.begin(
                        new StoreRequest(
                                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                                new ChunkId("file", (int) sequence),
                                delete,
                                0,
                                null,
                                Attributes.NONE,
                                Durability.SYNC,
                                Duration.ofMinutes(2)),
                        List.of())
                .toCompletableFuture();
    }

    private DiskFault script(DiskOperation operation) {
        if (hanging
                && operation.kind() == DiskOperation.Kind.FORCE
                && operation.path().startsWith(DataDirectory.CHUNKS)) {
            hanging = false;
            time.runFor(HANGS);
            seen.add(server.status());
            refused.add(begin(false));
            refused.add(begin(true));
        }
        return DiskFault.NONE;
    }

    @Test
    void nothingNewIsTakenWhileTheDiskHangs() throws IOException {
        server = ChunkServer.builder(new FaultyDisk(new MemoryDisk(), this::script))
                .serverId(new ServerId("a"))
                .environment(time.life(Duration.ofMillis(5)).environment())
                .start();
        time.runFor(QUIET);
        hanging = true;
        CompletableFuture<ChunkWriter> slow = begin(false);
        time.runFor(QUIET);
        slow.join().finish(0, 0);
        time.runFor(QUIET);
        time.runFor(QUIET);

        assertThat(seen).singleElement().satisfies(status -> {
            assertThat(status.state()).isEqualTo(ServerState.READ_ONLY);
            assertThat(status.reason()).contains("the disk hangs", "force chunks");
        });
        assertThat(refused)
                .hasSize(2)
                .allSatisfy(begun -> assertThatThrownBy(begun::join)
                        .isInstanceOf(CompletionException.class)
                        .cause()
                        .isInstanceOf(ChunkServerException.class)
                        .hasMessageContaining("the disk hangs"));
        assertThat(slow.join().receipt().toCompletableFuture()).isCompleted();
        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        assertThat(begin(false)).isNotCompletedExceptionally();
        server.close();
    }
}
