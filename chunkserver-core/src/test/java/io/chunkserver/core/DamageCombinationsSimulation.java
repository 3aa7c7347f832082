package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.store.Damage;
import io.chunkserver.core.testkit.ExpectedErrors;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every combination of damage to four chunks on three servers, (2^4)^3 = 4,096 of them, as in <em>Protocol-Aware Recovery for
 * Consensus-Based Storage</em> (FAST 2018): every chunk with one good copy is repaired, each without is refused, and no wrong byte is ever
 * returned. Which way each copy is harmed in changes from combination to combination.
 *
 * <p>One cluster serves for 512 combinations in a row. By default every 32nd combination is tried, with {@code -Dscrub.stride=1} or
 * {@code -Pexplore} all. To repeat
 * one: {@code mvn -pl chunkserver-core test -Dtest=DamageCombinationsSimulation -Dscrub.combination=N}.
 */
@ExtendWith(ExpectedErrors.class)
class DamageCombinationsSimulation {

    private static final int COMBINATIONS = 4096;
    /** One for each chunk at each server: whether that copy is harmed. */
    private static final int BITS = 12;

    private static final List<Damage> HARMFUL =
            Stream.of(Damage.values()).filter(Damage::harmsData).toList();

    private static final int PER_CLUSTER = 512;
    private static final int STRIDE = Integer.getInteger("scrub.stride", 32);

    static IntStream starts() {
        Integer one = Integer.getInteger("scrub.combination");
        return one != null
                ? IntStream.of(one)
                : IntStream.iterate(0, start -> start < COMBINATIONS, start -> start + PER_CLUSTER);
    }

    @ParameterizedTest(name = "from combination {0} on")
    @MethodSource("starts")
    void oneGoodCopyIsEnoughAndNoneIsRefused(int start) throws IOException {
        DamagedCluster cluster = new DamagedCluster(start);
        boolean single = Integer.getInteger("scrub.combination") != null;
        int end = single ? start + 1 : start + PER_CLUSTER;
        // Every stride-th, but not on each cluster those with the same low bits.
        int first = start + (single ? 0 : start / PER_CLUSTER * 5 % STRIDE);
        for (int combination = first; combination < end; combination += STRIDE) {
            try {
                tryOut(cluster, combination);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "to repeat: mvn -pl chunkserver-core test -Dtest=DamageCombinationsSimulation"
                                + " -Dscrub.combination=" + combination + ": " + e.getMessage(),
                        e);
            }
        }
    }

    private static void tryOut(DamagedCluster cluster, int combination) throws IOException {
        int[] good = new int[DamagedCluster.CHUNKS];
        for (int bit = 0; bit < BITS; bit++) {
            good[bit % DamagedCluster.CHUNKS] += (combination >> bit & 1) == 0 ? 1 : 0;
        }
        for (int bit = 0; bit < BITS; bit++) {
            int chunk = bit % DamagedCluster.CHUNKS;
            if ((combination >> bit & 1) != 0) {
                // A server that has a file open reads on when only its table or footer is harmed, and its copy is good
                // for that time.
                List<Damage> kinds = good[chunk] == 0 ? HARMFUL : List.of(Damage.values());
                String server = DamagedCluster.SERVERS.get(bit / DamagedCluster.CHUNKS);
                cluster.damage(server, DamagedCluster.id(chunk), kinds.get((combination + 7 * bit) % kinds.size()));
            }
        }
        if (combination % 2 == 0) {
            // Readers come first: they find some of it, and get the right bytes or none.
            readAll(cluster);
        }
        cluster.scrubAll();
        cluster.heal();
        for (int chunk = 0; chunk < DamagedCluster.CHUNKS; chunk++) {
            check(cluster, DamagedCluster.id(chunk), good[chunk]);
        }
    }

    private static void readAll(DamagedCluster cluster) throws IOException {
        for (String server : DamagedCluster.SERVERS) {
            for (int chunk = 0; chunk < DamagedCluster.CHUNKS; chunk++) {
                cluster.read(server, DamagedCluster.id(chunk));
            }
        }
    }

    private static void check(DamagedCluster cluster, ChunkId chunk, int good) throws IOException {
        assertThat(cluster.holders(chunk))
                .as("holders of %s, of which %s copies were good", chunk, good)
                .hasSize(good == 0 ? 0 : DamagedCluster.SERVERS.size());
        for (String server : DamagedCluster.SERVERS) {
            assertThat(cluster.read(server, chunk))
                    .as("read of %s at %s, of which %s copies were good", chunk, server, good)
                    .isEqualTo(good == 0 ? Optional.of(ErrorCode.CORRUPT) : Optional.empty());
            assertThat(cluster.server(server).status().lostChunks().contains(chunk))
                    .as("%s counts as lost at %s", chunk, server)
                    .isEqualTo(good == 0);
        }
        if (good == 0) {
            cluster.store(chunk);
        }
    }
}
