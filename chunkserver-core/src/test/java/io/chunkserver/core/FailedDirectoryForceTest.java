package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.Disk;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A force of the data directory itself that fails is that of a disk that has failed. */
class FailedDirectoryForceTest {

    @Test
    void theServerTakesNothingMoreUntilItIsStartedAgain() throws IOException {
        MemoryDisk memory = new MemoryDisk();
        SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
        AtomicBoolean failing = new AtomicBoolean();
        Disk faulty = new FaultyDisk(
                memory,
                operation -> operation.kind() == DiskOperation.Kind.FORCE_DIRECTORY
                                && operation.path().equals(Path.of(""))
                                && failing.getAndSet(false)
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE);
        ChunkServer server = ChunkServer.builder(faulty)
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
        time.runFor(Duration.ofSeconds(5));
        failing.set(true);
        assertThatThrownBy(server::drain).isInstanceOf(IOException.class);

        time.runFor(SpaceUpkeep.INTERVAL.plusSeconds(1));

        assertThat(server.status().state()).isEqualTo(ServerState.READ_ONLY);
        assertThat(server.status().reason()).contains("an earlier force of the data directory failed");
        assertThatThrownBy(server::drain).isInstanceOf(IOException.class);
        server.close();
    }
}
