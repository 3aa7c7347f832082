package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A disk that is far slower than the server's others is told, and new chunks go to those. In simulated time. */
@ExtendWith(ExpectedErrors.class)
class SlowVolumesTest {

    private static final Set<DiskOperation.Kind> FORCES =
            EnumSet.of(DiskOperation.Kind.FORCE, DiskOperation.Kind.FORCE_DIRECTORY);

    private static final Duration FAST = Duration.ofMillis(10);
    private static final Duration SLOW = Duration.ofMillis(300);

    /** What it takes until the calls of a slow disk count, and then to be sure. */
    private static final int MINUTES = 8;

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(5));
    private final List<MemoryDisk> disks = new ArrayList<>();
    private Duration[] forces = {};
    private ChunkServer server;
    private int sequence;

    private void start(Duration... takes) throws IOException {
        forces = takes;
        ChunkServerBuilder builder = ChunkServer.builder(disk(0));
        for (int other = 1; other < takes.length; other++) {
            builder.disk(disk(other));
        }
        server = builder.serverId(new ServerId("a"))
                .environment(time.life(Duration.ofMillis(1)).environment())
                .start();
    }

    /** Its calls take their time, while all else goes on. */
    private FaultyDisk disk(int index) {
        disks.add(new MemoryDisk());
        return new FaultyDisk(disks.get(index), operation -> {
            if (FORCES.contains(operation.kind()) && server != null) {
                time.runFor(forces[index]);
            }
            return DiskFault.NONE;
        });
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** A chunk every five seconds. */
    private void storeFor(int minutes) {
        for (int store = 0; store < minutes * 12; store++) {
            sequence++;
            StoreRequest request = new StoreRequest(
                    new TransactionId("client", time.instant().toEpochMilli(), sequence),
                    new ChunkId("/f", sequence),
                    false,
                    1000,
                    null,
                    Attributes.NONE,
                    Durability.SYNC,
                    Duration.ofMinutes(1));
            CompletableFuture<Receipt> receipt = server.begin(request, List.of())
                    .thenCompose(writer -> {
                        LoneServer.write(writer, new byte[1000]);
                        return writer.receipt();
                    })
                    .toCompletableFuture();
            time.runFor(Duration.ofSeconds(5));
            assertThat(receipt).isCompleted();
        }
    }

    private List<Boolean> slow() {
        return server.status().directories().stream().map(DirectoryStatus::slow).toList();
    }

    private long chunksOn(int index) {
        return server.status().directories().get(index).store().chunks();
    }

    @Test
    void newChunksAvoidTheOneThatIsFarSlowerThanTheOthers() throws IOException {
        start(FAST, FAST, SLOW);
        storeFor(1);
        assertThat(slow()).as("after a minute").containsOnly(false);
        storeFor(MINUTES);

        assertThat(slow()).containsExactly(false, false, true);
        DirectoryStatus told = server.status().directories().get(2);
        assertThat(told.state()).isEqualTo(ServerState.READY);
        assertThat(told.reason()).contains("a force takes 300 ms, on the others 10 ms");
        assertThat(server.status().state()).isEqualTo(ServerState.READY);
        assertThat(server.status().reason()).contains("is slow");
        long before = chunksOn(2);
        assertThat(before).isPositive();
        storeFor(2);
        assertThat(chunksOn(2)).isEqualTo(before);
    }

    @Test
    void itIsUsedWhereTheOthersTakeNothing() throws IOException {
        start(FAST, FAST, SLOW);
        storeFor(MINUTES);
        for (int quick = 0; quick < 2; quick++) {
            MemoryDisk full = disks.get(quick);
            full.othersUse(full.freeBytes());
        }
        time.runFor(Duration.ofSeconds(15));
        long before = chunksOn(2);
        storeFor(1);
        disks.forEach(disk -> disk.othersUse(0));
        assertThat(chunksOn(2)).isGreaterThanOrEqualTo(before + 12);
    }

    /** Nobody uses it, so that nothing is known of it after a while; and then it is not as it was. */
    @Test
    void itIsTriedAnew() throws IOException {
        start(FAST, FAST, SLOW);
        storeFor(MINUTES);
        assertThat(slow()).containsExactly(false, false, true);
        forces[2] = FAST;
        long before = chunksOn(2);
        storeFor(15);

        assertThat(slow()).containsOnly(false);
        assertThat(server.status().reason()).isEmpty();
        assertThat(chunksOn(2)).isGreaterThan(before);
    }

    @Test
    void aFewSlowCallsAreNothing() throws IOException {
        start(FAST, FAST, FAST);
        storeFor(2);
        forces[1] = SLOW;
        storeFor(1);
        forces[1] = FAST;
        storeFor(MINUTES);

        assertThat(slow()).containsOnly(false);
    }

    @Test
    void ofTwoDisksNoneIsTheSlowOne() throws IOException {
        start(FAST, SLOW);
        storeFor(MINUTES);
        assertThat(slow()).containsOnly(false);
    }

    @Test
    void disksThatAreAllSlowAreAsTheyAre() throws IOException {
        start(SLOW, SLOW.dividedBy(2), SLOW);
        storeFor(MINUTES);
        assertThat(slow()).containsOnly(false);
    }

    @Test
    void aDiskThatAnswersAtOnceMakesNoOtherSlow() throws IOException {
        start(Stream.of(0, 1, 40).map(Duration::ofMillis).toArray(Duration[]::new));
        storeFor(MINUTES);
        assertThat(slow()).containsOnly(false);
    }
}
