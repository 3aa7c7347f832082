package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.Immutable;
import io.chunkserver.core.checksum.BlockLayout;
import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.model.ChunkId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Crashes a server in the last step of every sequence of up to three steps out of sixteen, as CrashMonkey does with file
 * systems (Mohan et al., OSDI 2018): bugs that a crash shows take few steps.
 *
 * <p>Crashes in earlier steps are those of shorter sequences. To look at more states, and with some 105,000 at every crash
 * point: {@code mvn -pl chunkserver-core test -Dtest=CrashSequencesTest -Dcrash.states=500000}; at others:
 * {@code -Dcrash.seed=SEED}. The same seed and number look at the same states.
 */
class CrashSequencesTest {

    private static final long STATES = Long.getLong("crash.states", 3000);
    private static final long SEED = Long.getLong("crash.seed", 1);

    private static final int LONGEST = 3;

    /** Crash points in both modes, of all sequences, about. */
    private static final long TYPICAL_MOMENTS = 105_000;

    private static final int BLOCK = BlockLayout.BLOCK_BYTES;
    private static final ChunkId A = new ChunkId("file", 0);
    private static final ChunkId B = new ChunkId("file", 1);

    @Immutable
    private interface Action {
        void perform(WorkedServer server) throws IOException;
    }

    private enum Step {
        STORE_A_EMPTY(server -> server.store(A, 0)),
        STORE_A_1(server -> server.store(A, 1)),
        STORE_A_BLOCK_LESS_1(server -> server.store(A, BLOCK - 1)),
        STORE_A_BLOCK(server -> server.store(A, BLOCK)),
        STORE_A_BLOCK_AND_1(server -> server.store(A, BLOCK + 1)),
        STORE_B_1(server -> server.store(B, 1)),
        STORE_B_BLOCK_AND_1(server -> server.store(B, BLOCK + 1)),
        DELETE_A(server -> server.delete(A)),
        DELETE_B(server -> server.delete(B)),
        STORE_BOTH(server -> server.perform(
                server.history().next(A, 700, StoreHistory.End.STORE),
                server.history().next(B, 900, StoreHistory.End.STORE))),
        CANCEL_A(server -> server.perform(server.history().next(A, 700, StoreHistory.End.CANCEL))),
        WRONG_BASE_A(server -> server.perform(server.history().next(A, 700, StoreHistory.End.WRONG_BASE))),
        ASK_AGAIN(server -> server.history().last().ifPresent(server::perform)),
        REOPEN(WorkedServer::reopen),
        RESTART(WorkedServer::restart),
        LOSE_POWER(WorkedServer::losePower);

        private final Action action;

        Step(Action action) {
            this.action = action;
        }
    }

    private final ChunkServerConfig config = CrashExplorationTest.config(OutcomeRetention.DEFAULT);
    private final SplittableRandom random = new SplittableRandom(SEED);
    private long sequences;
    private long points;
    private long examined;
    private long states;
    private final Set<Long> fingerprints = new HashSet<>();

    @Test
    void everyCrashInEverySequenceLeavesWhatClientsWereTold() throws IOException {
        long start = System.nanoTime();
        for (int length = 1; length <= LONGEST; length++) {
            extend(new ArrayList<>(), length);
        }
        System.out.printf(
                "crashes of %d sequences: %d states (%d different) at %d of %d crash points, seed %d, %.1f s%n",
                sequences, states, fingerprints.size(), examined, points, SEED, (System.nanoTime() - start) / 1e9);
        assertThat(sequences).isEqualTo(16 + 16 * 16 + 16 * 16 * 16);
        assertThat(states).isPositive();
    }

    private void extend(List<Step> sequence, int length) throws IOException {
        if (sequence.size() == length) {
            crash(sequence);
            return;
        }
        for (Step step : Step.values()) {
            sequence.add(step);
            extend(sequence, length);
            sequence.remove(sequence.size() - 1);
        }
    }

    private void crash(List<Step> sequence) throws IOException {
        sequences++;
        double perMoment = STATES / (double) TYPICAL_MOMENTS;
        int drawn = (int) Math.max(1, Math.round(perMoment));
        CrashExploration exploration =
                new CrashExploration(sequence.toString(), config, drawn, drawn, random.nextLong(), fingerprints);
        WorkedServer server = new WorkedServer(config, SEED, (disk, history, next) -> {
            points++;
            if (random.nextDouble() < perMoment) {
                examined++;
                exploration.reached(disk, history, next);
            }
        });
        server.watched(false);
        server.start();
        for (Step step : sequence.subList(0, sequence.size() - 1)) {
            step.action.perform(server);
        }
        server.watched(true);
        sequence.get(sequence.size() - 1).action.perform(server);
        server.end();
        states += exploration.states();
        exploration.throwFailure();
    }
}
