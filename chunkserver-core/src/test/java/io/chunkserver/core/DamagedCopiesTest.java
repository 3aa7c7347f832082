package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.checksum.Crc32c;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.PrepareStream;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.commit.Vote;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.store.ChunkFiles;
import io.chunkserver.core.store.Damage;
import io.chunkserver.core.testkit.ExpectedErrors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of a damaged copy on a server at work: who finds it, what is told, and what transactions do meanwhile. */
@ExtendWith(ExpectedErrors.class)
class DamagedCopiesTest {

    private static final ChunkId CHUNK = DamagedCluster.id(3);
    private static final Duration A_MOMENT = Duration.ofMillis(200);

    private DamagedCluster cluster;
    private ChunkServer server;

    @BeforeEach
    void start() throws IOException {
        cluster = new DamagedCluster(1);
        server = cluster.server("a");
    }

    @Test
    void aReadThatMeetsDamageIsToldWhereAndTakesTheCopyOutOfService() throws IOException {
        long used = server.status().space().usedBytes();
        ChunkInfo version = server.stat(CHUNK).orElseThrow();
        cluster.damage("a", CHUNK, Damage.FLIPPED_BIT_IN_THE_LAST_BLOCK);

        var verifying = server.verify(CHUNK).toCompletableFuture();
        cluster.runFor(A_MOMENT);

        assertThatThrownBy(verifying::join)
                .hasRootCauseInstanceOf(ChunkServerException.Corrupt.class)
                .hasMessageContainingAll("server a", CHUNK.toString(), "block 2");
        ServerStatus status = server.status();
        assertThat(status.takenOut()).isEqualTo(1);
        assertThat(status.lostChunks()).containsExactly(CHUNK);
        assertThat(status.space().usedBytes()).isEqualTo(used - version.storedBytes());
        assertThat(cluster.read("a", CHUNK)).contains(ErrorCode.CORRUPT);
        assertThat(cluster.disk("a").list(DataDirectory.QUARANTINE)).hasSize(1);

        cluster.heal();

        assertThat(cluster.read("a", CHUNK)).isEmpty();
        assertThat(server.stat(CHUNK)).contains(version);
        assertThat(server.status().lostChunks()).isEmpty();
        assertThat(server.status().space().usedBytes()).isEqualTo(used);
    }

    @Test
    void aCopyToAnotherServerThatMeetsDamageDoesTheSame() throws IOException {
        cluster.damage("a", CHUNK, Damage.ZEROED_BLOCK);
        GatheredInfo sink = new GatheredInfo();

        var fetching =
                server.asReplica().fetch(CHUNK, ChunkVersion.NONE, 0, sink).toCompletableFuture();
        cluster.runFor(A_MOMENT);

        assertThatThrownBy(fetching::join).hasRootCauseInstanceOf(ChunkServerException.Corrupt.class);
        assertThat(server.status().takenOut()).isEqualTo(1);
        cluster.heal();
        assertThat(cluster.read("a", CHUNK)).isEmpty();
    }

    /** The master believes the copy to be good until somebody tells; a reader is answered by other servers. */
    @Test
    void aCopyThatTheDeviceNeverReadsAgainIsMadeAnew() throws IOException {
        long used = server.status().space().usedBytes();
        ChunkInfo version = server.stat(CHUNK).orElseThrow();
        cluster.disk("a").failReads(ChunkFiles.of(CHUNK), 70_000, 70_512);

        assertThat(cluster.read("a", CHUNK)).isPresent();
        cluster.heal();
        assertThat(server.stat(CHUNK)).as("once is no proof").contains(version);
        assertThat(server.status().takenOut()).isZero();
        cluster.runFor(Duration.ofMinutes(35));

        assertThat(server.status().takenOut()).isEqualTo(1);
        assertThat(cluster.read("a", CHUNK)).isEmpty();
        assertThat(server.stat(CHUNK)).contains(version);
        assertThat(server.status().lostChunks()).isEmpty();
        assertThat(server.status().space().usedBytes()).isEqualTo(used);
        cluster.runFor(Duration.ofHours(2));
        assertThat(server.status().takenOut()).as("told once").isEqualTo(1);
    }

    @Test
    void noServerVouchesForAVersionThatIsMissing() throws IOException {
        ChunkInfo version = server.stat(CHUNK).orElseThrow();
        cluster.damage("a", CHUNK, Damage.MISSING);
        server.verify(CHUNK);
        cluster.runFor(A_MOMENT);

        var holds = server.asReplica()
                .holds(CHUNK, version.version(), version.transaction())
                .toCompletableFuture();
        cluster.runFor(A_MOMENT);
        assertThat(holds).isCompletedWithValue(false);
    }

    /** A coordinator that knows less must not write over what is committed and missing (I2). */
    @Test
    void aPrepareThatIsBasedOnLessIsRefused() throws IOException {
        cluster.damage("a", CHUNK, Damage.CUT_TO_NOTHING);
        server.verify(CHUNK);
        cluster.runFor(A_MOMENT);

        PrepareStream stream = server.asReplica()
                .prepare(new PrepareRequest(
                        new TransactionId("other", 1000, 0),
                        new Attempt(7, 7),
                        CHUNK,
                        ChunkVersion.NONE,
                        0,
                        true,
                        0,
                        Attributes.NONE,
                        Durability.SYNC,
                        List.of(cluster.server("b").self(), server.self()),
                        new UUID(7, 7),
                        Duration.ofSeconds(5)));
        stream.finish(0, 0);
        cluster.runFor(A_MOMENT);

        assertThat(stream.votes().toCompletableFuture().join())
                .filteredOn(vote -> vote.member().equals(server.self().id()))
                .singleElement()
                .extracting(Vote::refusal)
                .extracting(Failure::code)
                .isEqualTo(ErrorCode.VERSION_CONFLICT);
    }

    private CompletableFuture<ChunkWriter> begin(byte[] content) {
        StoreRequest request = new StoreRequest(
                new TransactionId("second", 1893456000000L, 0),
                CHUNK,
                false,
                content.length,
                null,
                Attributes.NONE,
                Durability.SYNC,
                Duration.ofSeconds(20));
        CompletableFuture<ChunkWriter> writer =
                server.begin(request, List.of("b", "c")).toCompletableFuture();
        cluster.runFor(A_MOMENT);
        return writer;
    }

    @Test
    void aStoreThatIsUnderWayReplacesTheVersionThatIsMissingByThen() throws IOException {
        ChunkVersion before = server.stat(CHUNK).orElseThrow().version();
        byte[] content = new byte[1000];
        ChunkWriter writer = begin(content).join();
        writer.write(CheckedBlock.of(ByteBuffer.wrap(content)));
        cluster.damage("a", CHUNK, Damage.FLIPPED_BIT_IN_THE_MAGIC);
        server.verify(CHUNK);
        cluster.runFor(A_MOMENT);
        assertThat(server.status().takenOut()).isEqualTo(1);

        writer.finish(content.length, Crc32c.of(ByteBuffer.wrap(content)));
        cluster.runFor(Duration.ofSeconds(3));

        assertThat(writer.receipt().toCompletableFuture().join().version()).isEqualTo(before.next());
        assertThat(server.stat(CHUNK).orElseThrow().version()).isEqualTo(before.next());
        assertThat(server.status().lostChunks()).isEmpty();
    }

    @Test
    void aStoreOfAVersionThatIsMissingGoesOnFromIt() throws IOException {
        ChunkVersion before = server.stat(CHUNK).orElseThrow().version();
        cluster.damage("a", CHUNK, Damage.OLDER_COPY);
        server.verify(CHUNK);
        cluster.runFor(A_MOMENT);
        assertThat(server.stat(CHUNK)).isEmpty();

        ChunkWriter writer = begin(new byte[0]).join();
        writer.finish(0, 0);
        cluster.runFor(Duration.ofSeconds(3));

        assertThat(writer.receipt().toCompletableFuture().join().version()).isEqualTo(before.next());
    }

    @Test
    void aStoreThatIsGivenUpLeavesItMissing() throws IOException {
        ChunkWriter writer = begin(new byte[1000]).join();
        cluster.damage("a", CHUNK, Damage.FLIPPED_BIT_IN_THE_MAGIC);
        server.verify(CHUNK);
        cluster.runFor(A_MOMENT);

        writer.cancel(Failure.of(ErrorCode.CANCELLED, "test"));
        cluster.runFor(A_MOMENT);

        assertThat(cluster.read("a", CHUNK)).contains(ErrorCode.CORRUPT);
        cluster.heal();
        assertThat(cluster.read("a", CHUNK)).isEmpty();
    }

    @Test
    void aFileThatTheIndexDoesNotKnowIsSetAsideByTheScrub() throws IOException {
        ChunkId stranger = new ChunkId("stranger", 0);
        byte[] file = ChunkFiles.bytes(cluster.disk("a"), ChunkFiles.of(CHUNK));
        cluster.disk("a").createDirectories(ChunkFiles.of(stranger).getParent());
        ChunkFiles.replace(cluster.disk("a"), ChunkFiles.of(stranger), file);

        cluster.scrubAll();
        cluster.heal();

        assertThat(server.scrub().strays()).isEqualTo(1);
        assertThat(server.scrub().damaged()).isZero();
        assertThat(cluster.disk("a").size(ChunkFiles.of(stranger))).isEmpty();
        assertThat(cluster.disk("a").list(DataDirectory.QUARANTINE)).hasSize(1);
        assertThat(cluster.read("a", CHUNK)).isEqualTo(Optional.empty());
    }
}
