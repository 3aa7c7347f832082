package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.testkit.ChosenCrash;
import io.chunkserver.core.testkit.CrashChoices;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.CrashMoment;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the states in which a crash may leave a disk: starts a server on each and checks what it finds against the
 * history of its clients, then starts it once more.
 *
 * <p>Of a moment at which there are no more states than a limit all are looked at, of the others so many that are drawn.
 * Each state sees three starts: the first, one after the server that it brought up died or lost its power too, and one after a
 * power loss at any moment in the middle of the first.
 *
 * <p>Repeatable from its seed.
 */
final class CrashExploration implements WorkedServer.CrashPoint {

    private final String name;
    private final ChunkServerConfig config;
    private final int limit;
    private final int drawn;
    private final SplittableRandom random;
    private final Set<Long> fingerprints;
    private long points;
    private long states;
    private long pointsWithAllStates;
    private @Nullable AssertionError failure;

    /**
     * @param name  of the work that is done, for messages
     * @param limit of a moment with at most so many crashes in one mode all are looked at
     * @param drawn of a moment with more crashes so many are drawn
     * @param fingerprints of all states that were looked at: many crashes, also at other moments, leave the same
     */
    CrashExploration(String name, ChunkServerConfig config, int limit, int drawn, long seed, Set<Long> fingerprints) {
        this.name = name;
        this.config = config;
        this.limit = limit;
        this.drawn = drawn;
        this.random = new SplittableRandom(seed);
        this.fingerprints = fingerprints;
    }

    /** Moments that were looked at. */
    long points() {
        return points;
    }

    /** Of them, those of which all states were looked at. */
    long pointsWithAllStates() {
        return pointsWithAllStates;
    }

    /** States that a server was started on, those that are alike counted each. */
    long states() {
        return states;
    }

    /** Fails as the first recovery did that was not as it must be. */
    void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Looks no more after a failure, which is kept, since this is called by a task of the server. */
    @Override
    public void reached(MemoryDisk disk, StoreHistory history, Optional<DiskOperation> next) {
        points++;
        if (failure == null) {
            try {
                boolean all = true;
                for (CrashMode mode : CrashMode.values()) {
                    CrashMoment moment = new CrashMoment(disk, mode, next);
                    all &= moment.crash(limit, drawn, random, crash -> look(moment, history, crash));
                    looked(moment, history, false);
                    if (next.isPresent() && next.get().kind() == Kind.FORCE) {
                        looked(moment, history, true);
                    }
                }
                pointsWithAllStates += all ? 1 : 0;
            } catch (AssertionError e) {
                failure = e;
            }
        }
    }

    private void look(CrashMoment moment, StoreHistory before, CrashChoices crash) {
        StoreHistory history = before.afterCrash(random.nextBoolean());
        MemoryDisk left = moment.disk().copyAfterCrash(moment.mode(), crash);
        looked(moment, "choices " + crash, left, () -> recover(left, history, moment.mode()));
    }

    private interface Look {
        void look() throws IOException;
    }

    private void looked(CrashMoment moment, String crash, MemoryDisk left, Look look) {
        states++;
        try {
            fingerprints.add(left.fingerprint());
            look.look();
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(
                    name + ": crash at point " + points + ", " + moment + ", " + crash + ", state " + states + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * The process dies and is started again while nothing more has become durable.
     *
     * @param failedForce whether it dies of the force that comes next: what that had to write can be read until the power goes
     */
    private void looked(CrashMoment moment, StoreHistory before, boolean failedForce) {
        StoreHistory history = before.afterCrash(random.nextBoolean());
        MemoryDisk left = moment.disk().copyAfterProcessDeath();
        looked(moment, failedForce ? "the force failed" : "the process died", left, () -> {
            if (failedForce) {
                failForce(left, moment.next().orElseThrow().path());
            }
            recover(left, history, moment.mode());
        });
    }

    private static void failForce(MemoryDisk disk, Path file) throws IOException {
        DiskScript failing = DiskScript.once(operation -> operation.kind() == Kind.FORCE, 0, DiskFault.IO_ERROR);
        try (DiskFile open = new FaultyDisk(disk, failing).openForWrite(file)) {
            assertThatThrownBy(open::force).isInstanceOf(IOException.class);
        }
    }

    private void recover(MemoryDisk left, StoreHistory history, CrashMode mode) throws IOException {
        PowerLoss meanwhile = new PowerLoss(left, mode);
        RecoveredServer first = start(left, history, meanwhile);
        if (random.nextBoolean()) {
            recoverAfterTheProcessDied(left, first, history);
        } else {
            recoverAfterAnotherPowerLoss(left, first, history, mode);
        }
        recoverAfterAPowerLossMeanwhile(meanwhile, history);
    }

    /** Recovering twice is the same as once, byte for byte. */
    private void recoverAfterTheProcessDied(MemoryDisk left, RecoveredServer first, StoreHistory history)
            throws IOException {
        Map<Path, ByteBuffer> bytes = first.bytes();
        RecoveredServer second = start(left.copyAfterProcessDeath(), history, DiskScript.GOOD);
        assertThat(second.bytes()).as("bytes after the second recovery").isEqualTo(bytes);
    }

    /** What the first start showed is still there: readers have seen it. */
    private void recoverAfterAnotherPowerLoss(
            MemoryDisk left, RecoveredServer first, StoreHistory history, CrashMode mode) throws IOException {
        ChosenCrash crash = ChosenCrash.random(random);
        MemoryDisk again = left.copyAfterCrash(mode, crash);
        assertThat(start(again, history, DiskScript.GOOD).visible())
                .as("versions after another power loss, choices %s", crash)
                .isEqualTo(first.visible());
    }

    private void recoverAfterAPowerLossMeanwhile(PowerLoss meanwhile, StoreHistory history) {
        assertThat(meanwhile.changes).as("changes of a start").isPositive();
        try {
            start(Objects.requireNonNull(meanwhile.leaves), history, DiskScript.GOOD);
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "power lost in the recovery before " + meanwhile.next + ", choices " + meanwhile.crash + ": "
                            + e.getMessage(),
                    e);
        }
    }

    private RecoveredServer start(MemoryDisk disk, StoreHistory history, DiskScript script) throws IOException {
        RecoveredServer server = RecoveredServer.start(disk, config, history, script);
        server.check(history);
        server.kill();
        return server;
    }

    /**
     * Takes a copy of the disk as a power loss before one of the changes leaves it. How many there will be is not known: the first is
     * taken, and each later one in its place with the chance that makes all of them equally likely (Vitter, <i>Random Sampling with
     * a Reservoir</i>, TOMS 1985, algorithm R).
     */
    private final class PowerLoss implements DiskScript {

        private final MemoryDisk disk;
        private final CrashMode mode;
        private int changes;
        private String next = "";
        private String crash = "";
        private @Nullable MemoryDisk leaves;

        PowerLoss(MemoryDisk disk, CrashMode mode) {
            this.disk = disk;
            this.mode = mode;
        }

        @Override
        public DiskFault before(DiskOperation operation) {
            if (operation.isChange() && random.nextInt(++changes) == 0) {
                ChosenCrash chosen = ChosenCrash.random(random);
                leaves = disk.copyAfterCrash(mode, chosen);
                next = operation.kind() + " " + operation.path();
                crash = chosen.toString();
            }
            return DiskFault.NONE;
        }
    }
}
