package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.master.MasterConfig;
import io.chunkserver.core.membership.Heartbeat;
import io.chunkserver.core.membership.KnownMaster;
import io.chunkserver.core.membership.ListedChunk;
import io.chunkserver.core.membership.MemberStatus;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.membership.SessionConfig;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.space.SpaceConfig;
import io.chunkserver.core.space.SpaceThresholds;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.Damage;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a master, a real one in virtual time, hears of a server that does not take chunks any more, or again, or has lost one: at once, and
 * not with the next of its heartbeats, which are ten minutes apart here.
 */
@ExtendWith(ExpectedErrors.class)
class ToldAtOnceTest {

    private static final Duration INTERVAL = Duration.ofMinutes(10);

    /** A store, what is gathered before a report, the rest between two heartbeats, and the way of both to the master. */
    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    /** How long it may take until a server looks how much room others have left, and whether its disk still hangs. */
    private static final Duration LOOK = Duration.ofSeconds(10);

    /** How long a call of the disk may take until it is said to hang. */
    private static final Duration HANGS = Duration.ofSeconds(20);

    private static final int LIMIT_BYTES = 1 << 20;
    private static final ChunkId CHUNK = new ChunkId("file", 0);

    private final SplittableRandom random = new SplittableRandom(5);
    private final SimulatedTime time = new SimulatedTime(random);
    private final SimulatedMaster master = new SimulatedMaster(
            time, random, MasterConfig.DEFAULT.withHeartbeatInterval(INTERVAL).withGrace(0));
    private final MemoryDisk disk = new MemoryDisk();
    private DiskScript script = DiskScript.GOOD;
    private ChunkServer server;
    private long sequence;

    @BeforeEach
    void start() throws IOException {
        start(SpaceConfig.DEFAULT);
    }

    private void start(SpaceConfig space) throws IOException {
        SimulatedTime.Life life = time.life(Duration.ofMillis(1));
        server = ChunkServer.builder(new FaultyDisk(disk, operation -> script.before(operation)))
                .serverId(new ServerId("a"))
                .config(ChunkServerConfig.DEFAULT
                        .withSpaceLimitBytes(LIMIT_BYTES)
                        .withSpace(space)
                        .withSession(SessionConfig.DEFAULT.withHeartbeatInterval(INTERVAL)))
                .masters(List.of(new KnownMaster("master", master.seenBy("a", () -> !life.hasEnded()))))
                .environment(life.environment())
                .start();
        server.reachableAt("a", 0);
        time.runFor(Duration.ofMinutes(1));
        assertThat(stateAtMaster()).isEqualTo(ServerState.READY);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private Heartbeat heard() {
        MemberStatus member =
                master.here().status().toCompletableFuture().join().members().get(0);
        return Objects.requireNonNull(member.lastHeartbeat());
    }

    private ServerState stateAtMaster() {
        return heard().state();
    }

    private List<ChunkId> chunksAtMaster() {
        return master.here().list("", null, 100).toCompletableFuture().join().stream()
                .filter(chunk -> chunk.copies() > 0)
                .map(ListedChunk::info)
                .map(info -> info.id())
                .toList();
    }

    /** Stores or deletes, and looks no later than a moment afterwards. */
    private CompletableFuture<Receipt> write(ChunkId chunk, boolean delete, int length) {
        StoreRequest request = new StoreRequest(
                new TransactionId("client", time.instant().toEpochMilli(), ++sequence),
                chunk,
                delete,
                length,
                null,
                Attributes.NONE,
                Durability.SYNC,
                StoreRequest.DEFAULT_TIMEOUT);
        CompletableFuture<Receipt> receipt = server.begin(request, List.of())
                .thenCompose(writer -> {
                    LoneServer.write(writer, new byte[length]);
                    return writer.receipt();
                })
                .toCompletableFuture();
        time.runFor(AT_ONCE);
        return receipt;
    }

    @Test
    void thatItsSpaceReachesTheReadOnlyLevelAndLeavesIt() {
        assertThat(write(CHUNK, false, LIMIT_BYTES / 2)).isCompleted();
        assertThat(stateAtMaster()).isEqualTo(ServerState.READY);
        assertThat(write(new ChunkId("file", 1), false, LIMIT_BYTES / 2 - LIMIT_BYTES / 40))
                .isCompleted();
        assertThat(stateAtMaster()).isEqualTo(ServerState.READ_ONLY);
        assertThat(heard().reason()).contains("of its space is in use");

        assertThat(write(CHUNK, true, 0)).isCompleted();
        assertThat(stateAtMaster()).isEqualTo(ServerState.READY);
    }

    @Test
    void thatItsSpaceIsUsedUpWhereNoLevelSaysSo() throws IOException {
        server.close();
        start(SpaceConfig.DEFAULT.withThresholds(SpaceThresholds.NONE));
        assertThat(write(CHUNK, false, LIMIT_BYTES - LIMIT_BYTES / 20)).isCompleted();
        assertThat(stateAtMaster()).isEqualTo(ServerState.READ_ONLY);
        assertThat(heard().reason()).contains("its space is used up");
    }

    @Test
    void thatOthersHaveTakenItsRoomAndGivenItBack() {
        disk.othersUse(disk.freeBytes());
        time.runFor(LOOK.plus(AT_ONCE));
        assertThat(stateAtMaster()).isEqualTo(ServerState.READ_ONLY);

        disk.othersUse(0);
        time.runFor(LOOK.plus(AT_ONCE));
        assertThat(stateAtMaster()).isEqualTo(ServerState.READY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunks", "log"})
    void thatAForceHasFailed(String folder) {
        script = operation ->
                operation.kind() == DiskOperation.Kind.FORCE && operation.path().startsWith(folder)
                        ? DiskFault.IO_ERROR
                        : DiskFault.NONE;
        assertThat(write(CHUNK, false, 1000)).isCompletedExceptionally();
        assertThat(stateAtMaster()).isEqualTo(ServerState.READ_ONLY);
        assertThat(heard().reason()).isNotEmpty();
    }

    @Test
    void thatItsDiskHangsAndAnswersAgain() {
        List<ServerState> meanwhile = new ArrayList<>();
        script = operation -> {
            if (operation.kind() == DiskOperation.Kind.FORCE && operation.path().startsWith(DataDirectory.CHUNKS)) {
                script = DiskScript.GOOD;
                time.runFor(HANGS.plus(AT_ONCE));
                meanwhile.add(stateAtMaster());
            }
            return DiskFault.NONE;
        };
        CompletableFuture<Receipt> slow = write(CHUNK, false, 1000);
        assertThat(meanwhile).containsExactly(ServerState.READ_ONLY);
        time.runFor(LOOK.plus(AT_ONCE));
        assertThat(slow).isCompleted();
        assertThat(stateAtMaster()).isEqualTo(ServerState.READY);
    }

    @Test
    void thatAnOperatorDrainsItAndHasItTakeChunksAgain() throws IOException {
        server.drain();
        time.runFor(AT_ONCE);
        assertThat(stateAtMaster()).isEqualTo(ServerState.DRAINING);
        server.resume();
        time.runFor(AT_ONCE);
        assertThat(stateAtMaster()).isEqualTo(ServerState.READY);
    }

    @Test
    void thatItGoesDown() {
        assertThat(server.drain(Duration.ZERO).toCompletableFuture()).isCompletedWithValue(true);
        time.runFor(AT_ONCE);
        assertThat(stateAtMaster()).isEqualTo(ServerState.DRAINING);
    }

    @ParameterizedTest
    @EnumSource(
            value = Damage.class,
            names = {"FLIPPED_BIT_IN_THE_FIRST_BLOCK", "FLIPPED_BIT_IN_THE_TABLE", "MISSING"})
    void thatAChunkIsCorruptAndOutOfService(Damage damage) throws IOException {
        assertThat(write(CHUNK, false, 1000)).isCompleted();
        ChunkId other = new ChunkId("file", 1);
        assertThat(write(other, false, 1000)).isCompleted();
        assertThat(chunksAtMaster()).containsExactly(CHUNK, other);
        byte[] otherFile = ChunkFiles.bytes(disk, ChunkFiles.of(other));
        damage.to(Damage.Victim.of(disk, ChunkFiles.of(CHUNK), 1000, otherFile, otherFile));

        assertThat(server.verify(CHUNK).toCompletableFuture()).isNotDone();
        time.runFor(AT_ONCE);
        assertThat(server.status().takenOut()).isEqualTo(1);
        assertThat(chunksAtMaster()).containsExactly(other);
    }
}
