package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.ChunkClaim;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A chunk that two volumes have: where it belongs before, while and after it moves. In simulated time. */
@ExtendWith(ExpectedErrors.class)
class VolumeMoveTest {

    private static final ChunkId CHUNK = new ChunkId("/f", 1);

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private ServerParts parts;
    private Volumes volumes;
    private Volume from;
    private Volume to;
    private long sequence;

    @BeforeEach
    void open() throws IOException {
        parts = ServerParts.open(
                ChunkServer.builder(new MemoryDisk()).disk(new MemoryDisk()),
                Worlds.same(time.life(Duration.ofMillis(1)).environment()));
        volumes = ServerOnTwoDisks.over(parts.volumes().all(), new SplittableRandom(2));
        from = volumes.all().get(0);
        to = volumes.all().get(1);
    }

    @AfterEach
    void close() throws IOException {
        volumes.close(Set.of());
    }

    /** Stores the next version that a volume knows, whatever the other one knows; both are claimed, so that nobody removes one of two copies. */
    private ChunkInfo store(Volume volume) {
        try (ChunkClaim one = from.participant().claim(CHUNK);
                ChunkClaim other = to.participant().claim(CHUNK)) {
            assertThat(one.participant()).isNotSameAs(other.participant());
            return storeOn(volume);
        }
    }

    private ChunkInfo storeOn(Volume volume) {
        StoreRequest request = new StoreRequest(
                new TransactionId("client", 1, ++sequence),
                CHUNK,
                false,
                10,
                null,
                Attributes.NONE,
                Durability.SYNC,
                Duration.ofMinutes(1));
        ChunkWriter writer = volume.coordinator()
                .begin(request, List.of(parts.server().self().get()));
        writer.finish(0, 0);
        time.runFor(Duration.ofMillis(500));
        assertThat(writer.receipt().toCompletableFuture()).isCompleted();
        return volume.store().stat(CHUNK).orElseThrow();
    }

    @Test
    void theNewestVersionTellsWhereAChunkIs() {
        store(from);
        store(to);
        ChunkInfo newest = store(from);
        assertThat(volumes.of(CHUNK)).isSameAs(from);
        assertThat(volumes.stat(CHUNK)).contains(newest);
        assertThat(Volumes.list(volumes.all(), "", null, 10)).containsExactly(newest);

        store(to);
        ChunkInfo newer = store(to);
        assertThat(volumes.of(CHUNK)).isSameAs(to);
        assertThat(volumes.stat(CHUNK)).contains(newer);
        assertThat(Volumes.list(volumes.all(), "", null, 10)).containsExactly(newer);
    }

    @Test
    void aChunkBelongsElsewhereFromTheMomentOnThatItsMoveBegins() {
        store(from);
        ChunkInfo left = store(from);
        ChunkInfo kept = store(to);
        assertThat(volumes.of(CHUNK)).isSameAs(from);

        assertThat(volumes.beginMove(left, from, kept, to)).isTrue();
        assertThat(volumes.of(CHUNK)).isSameAs(to);
        assertThat(volumes.beginMove(kept, to, left, from))
                .as("two ways at a time")
                .isFalse();
        volumes.endMove(CHUNK);
        assertThat(volumes.of(CHUNK)).isSameAs(from);
    }

    @Test
    void aVersionThatWasReplacedMeanwhileIsNotMoved() {
        ChunkInfo left = store(from);
        ChunkInfo kept = store(to);
        ChunkInfo later = store(from);
        assertThat(volumes.beginMove(left, from, kept, to)).isFalse();
        assertThat(volumes.of(CHUNK)).isSameAs(from);
        assertThat(volumes.beginMove(later, from, left, to)).isFalse();
        assertThat(volumes.of(CHUNK)).isSameAs(from);
    }

    @Test
    void aChunkThatIsClaimedIsNotMoved() {
        ChunkInfo left = store(from);
        ChunkInfo kept = store(to);
        try (ChunkClaim claim = from.participant().claim(CHUNK)) {
            assertThat(volumes.beginMove(left, from, kept, to)).isFalse();
            assertThat(claim.participant()).isSameAs(from.participant());
        }
        assertThat(volumes.beginMove(left, from, kept, to)).isTrue();
    }
}
