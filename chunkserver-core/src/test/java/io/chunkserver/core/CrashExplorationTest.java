package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.log.OutcomeRetention;
import io.chunkserver.core.commit.log.TransactionLogConfig;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.model.ChunkId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Crashes a server before every change that it makes to its disk, in all the ways that the rules of {@link
 * io.chunkserver.core.testkit.MemoryDisk} allow or in some that are drawn, and holds each recovery to what clients were told.
 *
 * <p>To look at more states: {@code mvn -pl chunkserver-core test -Dtest=CrashExplorationTest -Dcrash.states=500000}; at others:
 * {@code -Dcrash.seed=SEED}. The same seed and number look at the same states. When all states were looked at, the work is done
 * again with the next seed: in another order where it is done at the same time, and with other second starts.
 */
class CrashExplorationTest {

    private static final long STATES = Long.getLong("crash.states", 3000);
    private static final long SEED = Long.getLong("crash.seed", 1);

    /** Of moments with at most this many crashes in one mode all are looked at. */
    private static final int LIMIT = (int) Math.max(50, Math.min(STATES / 100, 2000));

    private static final ChunkId A = new ChunkId("file", 0);
    private static final ChunkId B = new ChunkId("file", 1);
    private static final ChunkId C = new ChunkId("other", 0);

    /** It is made when the second segment is taken into use. */
    private static final Path THIRD_SEGMENT = DataDirectory.LOG.resolve("0000000000000003.log");

    /** What a server does while it is crashed. */
    private enum Work {
        FIRST_START {
            @Override
            void run(WorkedServer server) throws IOException {
                server.start();
                server.store(A, 700);
            }
        },
        STORE_AND_REPLACE {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                server.store(A, 1300);
                server.store(A, 0);
            }
        },
        DELETE {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                server.delete(A);
                server.store(A, 1);
            }
        },
        SEVERAL_AT_ONCE {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.perform(store(server, A, 700), store(server, B, 600), store(server, C, 10));
                server.perform(store(server, C, 0), delete(server, A), store(server, B, 1025));
            }
        },
        CANCEL_AND_REFUSE {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                server.perform(server.history().next(A, 900, StoreHistory.End.CANCEL));
                server.perform(server.history().next(A, 900, StoreHistory.End.WRONG_BASE));
                server.store(A, 100);
            }
        },
        REOPEN {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                server.reopen();
                server.store(B, 700);
                server.reopen();
                server.reopen();
            }
        },
        RECOVER {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                server.restart();
                server.store(B, 700);
                server.losePower();
                server.store(A, 10);
            }
        },
        PROMISE {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                StoreHistory.Version first = store(server, A, 700);
                server.promise(first);
                server.commit(first);
                StoreHistory.Version second = store(server, A, 1300);
                StoreHistory.Version other = store(server, B, 600);
                server.promise(second, other);
                server.abort(second);
                server.commit(other);
                StoreHistory.Version gone = delete(server, A);
                server.promise(gone);
                server.restart();
                server.commit(gone);
            }
        },
        SETTLE_BY_HAND {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                StoreHistory.Version committed = store(server, A, 1300);
                StoreHistory.Version aborted = store(server, B, 600);
                server.promise(committed, aborted);
                server.settleByHand(committed, true);
                server.settleByHand(aborted, false);
                StoreHistory.Version gone = delete(server, A);
                server.promise(gone);
                server.restart();
                server.settleByHand(gone, true);
                server.idle();
            }
        },
        CHECKPOINTS {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                server.reopen();
                server.store(A, 10);
                server.store(B, 600);
                server.idle();
                server.delete(A);
                server.reopen();
                server.perform(server.history().next(B, 900, StoreHistory.End.CANCEL));
                server.promise(store(server, B, 20));
                server.idle();
                server.restart();
            }
        },
        ROTATE {
            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.watched(false);
                fill(server, STORES_UNTIL_ROTATION - 1);
                server.watched(true);
                server.store(longNamed(0), 700);
                server.store(longNamed(1), 700);
            }
        },
        FORGET {
            @Override
            ChunkServerConfig config() {
                return CrashExplorationTest.config(new OutcomeRetention(1, Duration.ZERO, 2));
            }

            @Override
            void run(WorkedServer server) throws IOException {
                startQuietly(server);
                server.store(A, 700);
                server.store(B, 600);
                server.store(A, 500);
                server.delete(B);
                server.store(C, 400);
                server.store(A, 300);
                server.reopen();
            }
        };

        ChunkServerConfig config() {
            return CrashExplorationTest.config(OutcomeRetention.DEFAULT);
        }

        abstract void run(WorkedServer server) throws IOException;
    }

    private static final int STORES_UNTIL_ROTATION = storesUntilRotation();

    /** Of chunks with long names, which fill the log soon. */
    private static int storesUntilRotation() {
        try {
            WorkedServer server = new WorkedServer(Work.ROTATE.config(), SEED, (disk, history, next) -> {});
            server.start();
            int stores = 0;
            while (server.disk().size(THIRD_SEGMENT).isEmpty()) {
                fill(server, 1);
                stores++;
            }
            return stores;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void fill(WorkedServer server, int stores) {
        for (int store = 0; store < stores; store++) {
            server.store(longNamed(store % 2), 10);
        }
    }

    private static ChunkId longNamed(int index) {
        return new ChunkId("x".repeat(ChunkId.MAX_PATH_BYTES), index);
    }

    private static StoreHistory.Version store(WorkedServer server, ChunkId chunk, int lengthBytes) {
        return server.history().next(chunk, lengthBytes, StoreHistory.End.STORE);
    }

    private static StoreHistory.Version delete(WorkedServer server, ChunkId chunk) {
        return server.history().next(chunk, 0, StoreHistory.End.DELETE);
    }

    private static void startQuietly(WorkedServer server) throws IOException {
        server.watched(false);
        server.start();
        server.watched(true);
    }

    /** The smallest segments, so that the log rotates soon, and a checkpoint with every segment. */
    static ChunkServerConfig config(OutcomeRetention outcomes) {
        TransactionLogConfig usual = TransactionLogConfig.DEFAULT;
        return ChunkServerConfig.DEFAULT.withLog(new TransactionLogConfig(
                TransactionLogConfig.MIN_SEGMENT_BYTES, 1, usual.maxQueuedBytes(), usual.maxQueuedRecords(), outcomes));
    }

    @ParameterizedTest
    @EnumSource
    void everyCrashLeavesWhatClientsWereTold(Work work) throws IOException {
        long start = System.nanoTime();
        long states = 0;
        Set<Long> fingerprints = new HashSet<>();
        long points = 0;
        long pointsWithAllStates = 0;
        long rounds = 0;
        do {
            long seed = SEED + rounds;
            CrashSurvey survey = new CrashSurvey(LIMIT);
            perform(work, seed, survey);
            int drawn = Math.min(LIMIT, survey.drawnPerMoment(STATES / Work.values().length));
            CrashExploration exploration =
                    new CrashExploration(work + " with seed " + seed, work.config(), LIMIT, drawn, seed, fingerprints);
            perform(work, seed, exploration);
            exploration.throwFailure();
            assertThat(exploration.points()).as("crash points of seed %d", seed).isEqualTo(survey.points());
            states += exploration.states();
            points += exploration.points();
            pointsWithAllStates += exploration.pointsWithAllStates();
            rounds++;
        } while (states < STATES / Work.values().length);
        System.out.printf(
                "crashes of %s: %d states (%d different), %d crash points (%d with all their states), seeds %d to %d, %.1f s%n",
                work,
                states,
                fingerprints.size(),
                points,
                pointsWithAllStates,
                SEED,
                SEED + rounds - 1,
                (System.nanoTime() - start) / 1e9);
    }

    private static void perform(Work work, long seed, WorkedServer.CrashPoint crashPoint) throws IOException {
        WorkedServer server = new WorkedServer(work.config(), seed, crashPoint);
        work.run(server);
        server.end();
    }
}
