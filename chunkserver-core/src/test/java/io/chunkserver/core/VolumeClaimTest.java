package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.ChunkClaim;
import io.chunkserver.core.membership.Order;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.Location;
import io.chunkserver.core.model.Member;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.ExpectedErrors;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Choosing a volume for a new chunk and entering the chunk's lane there are one step. */
@ExtendWith(ExpectedErrors.class)
class VolumeClaimTest {

    private static final ChunkId CHUNK = new ChunkId("/f", 1);

    /** Choose the first and the last of volumes that have as much room. */
    private static final RandomGenerator FIRST = () -> 0;

    private static final RandomGenerator LAST = () -> -1;

    /** Which of the two volumes a thread would rather have. */
    private static final ThreadLocal<RandomGenerator> TASTE = ThreadLocal.withInitial(() -> FIRST);

    private final SimulatedTime time = new SimulatedTime(new SplittableRandom(1));
    private List<Volume> volumes = List.of();

    @BeforeEach
    void open() throws IOException {
        volumes = ServerParts.open(
                        ChunkServer.builder(new MemoryDisk()).disk(new MemoryDisk()),
                        Worlds.same(time.life(Duration.ofMillis(1)).environment()))
                .volumes()
                .all();
    }

    @AfterEach
    void close() throws IOException {
        for (Volume volume : volumes) {
            volume.close();
        }
    }

    @Test
    void chanceChoosesAmongThoseThatHaveRoom() {
        try (Volumes.Claim first = ServerOnTwoDisks.over(volumes, FIRST).claim(CHUNK, 1)) {
            assertThat(first.volume()).isSameAs(volumes.get(0));
        }
        try (Volumes.Claim last = ServerOnTwoDisks.over(volumes, LAST).claim(CHUNK, 1)) {
            assertThat(last.volume()).isSameAs(volumes.get(1));
        }
    }

    /** The other one comes while chance is asked, as the nearest moment that a test can reach. */
    @Test
    void whoChoosesFirstAndEntersLastGoesWhereTheOtherIs() {
        List<Volumes.Claim> faster = new ArrayList<>();
        Volumes all = ServerOnTwoDisks.over(volumes, new RandomGenerator() {
            @Override
            public long nextLong() {
                if (faster.isEmpty()) {
                    faster.add(ServerOnTwoDisks.over(volumes, LAST).claim(CHUNK, 1));
                }
                return 0;
            }
        });

        try (Volumes.Claim slower = all.claim(CHUNK, 1);
                Volumes.Claim other = faster.get(0)) {
            assertThat(slower.volume()).isSameAs(other.volume());
            assertThat(slower.volume()).isSameAs(volumes.get(1));
        }
    }

    @Test
    void aCopyThatIsOrderedGoesWhereAStoreIsAtWork() {
        Order copy = new Order.Copy(
                CHUNK,
                new ChunkVersion(1),
                new TransactionId("client", 1, 1),
                false,
                List.of(new Member(new ServerId("b"), "b:1", Location.ORIGIN)));

        try (Volumes.Claim store = ServerOnTwoDisks.over(volumes, LAST).claim(CHUNK, 1);
                ChunkClaim ordered = ServerOnTwoDisks.over(volumes, FIRST).claim(copy)) {
            assertThat(ordered.participant()).isSameAs(store.volume().participant());
        }
    }

    /** One would rather have each chunk on the one volume, the other on the other one; each finds most chunks taken, and some at that moment. */
    @Test
    void twoThreadsThatStoreTheSameNewChunksMeet() throws Exception {
        int chunks = 50_000;
        Volumes all = ServerOnTwoDisks.over(volumes, () -> TASTE.get().nextLong());
        ExecutorService threads = Executors.newFixedThreadPool(2);
        List<Volumes.Claim> one;
        List<Volumes.Claim> other;
        try {
            Future<List<Volumes.Claim>> ofOne = threads.submit(() -> claims(all, FIRST, chunks));
            Future<List<Volumes.Claim>> ofOther = threads.submit(() -> claims(all, LAST, chunks));
            one = ofOne.get();
            other = ofOther.get();
        } finally {
            threads.shutdown();
        }

        int apart = 0;
        for (int number = 0; number < chunks; number++) {
            apart += one.get(number).volume() == other.get(number).volume() ? 0 : 1;
        }
        one.forEach(Volumes.Claim::close);
        other.forEach(Volumes.Claim::close);
        assertThat(apart).as("chunks that are claimed on two volumes").isZero();
    }

    private static List<Volumes.Claim> claims(Volumes volumes, RandomGenerator own, int chunks) {
        TASTE.set(own);
        List<Volumes.Claim> claims = new ArrayList<>();
        for (int number = 0; number < chunks; number++) {
            claims.add(volumes.claim(new ChunkId("/f", number), 1));
        }
        return claims;
    }
}
