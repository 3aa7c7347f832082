package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.chunkserver.core.disk.DiskFile;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.TransactionId;
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
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the states in which a crash may leave a disk: starts a server on each and checks what it finds against the
 * history of its clients, then starts it once more.
 *
 * <p>Of a moment at which there are no more states than a limit all are looked at, of the others so many that are drawn.
 * The second start is, in turn, one after the process died, one after another power loss, and one after a power loss in
 * the middle of the first start.
 *
 * <p>Repeatable from its seed.
 */
final class CrashExploration implements WorkedServer.CrashPoint {

    /** How many changes of the first start are passed before it is interrupted, at most. */
    private static final int RECOVERY_CHANGES = 30;

    private final String name;
    private final ChunkServerConfig config;
    private final int limit;
    private final int drawn;
    private final SplittableRandom random;
    private long points;
    private long states;
    private long pointsWithAllStates;
    private @Nullable AssertionError failure;

    /**
     * @param name  of the work that is done, for messages
     * @param limit of a moment with at most so many crashes in one mode all are looked at
     * @param drawn of a moment with more crashes so many are drawn
     */
    CrashExploration(String name, ChunkServerConfig config, int limit, int drawn, long seed) {
        this.name = name;
        this.config = config;
        this.limit = limit;
        this.drawn = drawn;
        this.random = new SplittableRandom(seed);
    }

    /** Moments that were looked at. */
    long points() {
        return points;
    }

    /** Of them, those of which all states were looked at. */
    long pointsWithAllStates() {
        return pointsWithAllStates;
    }

    /** States that a server was started on. */
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
                    looked(moment, "the process died", () -> recoverTheProcess(moment, history, false));
                    if (next.isPresent() && next.get().kind() == Kind.FORCE) {
                        looked(moment, "the force failed", () -> recoverTheProcess(moment, history, true));
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
        looked(moment, "choices " + crash, () -> {
            switch ((int) (states % 3)) {
                case 0 -> recoverAfterTheProcessDied(left, history);
                case 1 -> recoverAfterAnotherPowerLoss(left, history, moment.mode());
                default -> recoverAfterAPowerLossMeanwhile(left, history, moment.mode());
            }
        });
    }

    private interface Look {
        void look() throws IOException;
    }

    private void looked(CrashMoment moment, String crash, Look look) {
        states++;
        try {
            look.look();
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError(
                    name + ": crash at point " + points + ", " + moment + ", " + crash + ", state " + states + ": "
                            + e.getMessage(),
                    e);
        }
    }

    /**
     * The process dies and is started again while nothing more has become durable; then, or meanwhile, the power goes too.
     *
     * @param failedForce whether it dies of the force that comes next: what that had to write can be read until the power goes
     */
    private void recoverTheProcess(CrashMoment moment, StoreHistory before, boolean failedForce) throws IOException {
        StoreHistory history = before.afterCrash(random.nextBoolean());
        MemoryDisk left = moment.disk().copyAfterProcessDeath();
        if (failedForce) {
            failForce(left, moment.next().orElseThrow().path());
        }
        if (random.nextBoolean()) {
            recoverAfterAnotherPowerLoss(left, history, moment.mode());
        } else {
            recoverAfterAPowerLossMeanwhile(left, history, moment.mode());
        }
    }

    private static void failForce(MemoryDisk disk, Path file) throws IOException {
        DiskScript failing = DiskScript.once(operation -> operation.kind() == Kind.FORCE, 0, DiskFault.IO_ERROR);
        try (DiskFile open = new FaultyDisk(disk, failing).openForWrite(file)) {
            assertThatThrownBy(open::force).isInstanceOf(IOException.class);
        }
    }

    /** Recovering twice is the same as once, byte for byte. */
    private void recoverAfterTheProcessDied(MemoryDisk left, StoreHistory history) throws IOException {
        RecoveredServer first = recover(left, history, DiskScript.GOOD);
        RecoveredServer second =
                recover(left.copyAfterCrash(CrashMode.POSIX, CrashChoices.EVERYTHING), history, DiskScript.GOOD);
        assertThat(second.bytes()).as("bytes after the second recovery").isEqualTo(first.bytes());
    }

    /** What the first start showed is still there: readers have seen it. */
    private void recoverAfterAnotherPowerLoss(MemoryDisk left, StoreHistory history, CrashMode mode)
            throws IOException {
        RecoveredServer first = recover(left, history, DiskScript.GOOD);
        ChosenCrash crash = ChosenCrash.random(random);
        MemoryDisk again = left.copyAfterCrash(mode, crash);
        Map<ChunkId, TransactionId> visible =
                recover(again, history, DiskScript.GOOD).visible();
        assertThat(visible)
                .as("versions after another power loss, choices %s", crash)
                .isEqualTo(first.visible());
    }

    private void recoverAfterAPowerLossMeanwhile(MemoryDisk left, StoreHistory history, CrashMode mode)
            throws IOException {
        PowerLoss meanwhile = new PowerLoss(left, mode);
        recover(left, history, meanwhile);
        if (meanwhile.leaves != null) {
            try {
                recover(meanwhile.leaves, history, DiskScript.GOOD);
            } catch (IOException | RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "power lost in the recovery before " + meanwhile.next + ", choices " + meanwhile.crash + ": "
                                + e.getMessage(),
                        e);
            }
        }
    }

    private RecoveredServer recover(MemoryDisk disk, StoreHistory history, DiskScript script) throws IOException {
        RecoveredServer server = RecoveredServer.start(disk, config, history, script);
        server.check(history);
        server.kill();
        return server;
    }

    /** Takes a copy of the disk as a power loss before one of the changes leaves it. */
    private final class PowerLoss implements DiskScript {

        private final MemoryDisk disk;
        private final CrashMode mode;
        private final ChosenCrash crash = ChosenCrash.random(random);
        private int changesLeft = random.nextInt(RECOVERY_CHANGES);
        private String next = "";
        private @Nullable MemoryDisk leaves;

        PowerLoss(MemoryDisk disk, CrashMode mode) {
            this.disk = disk;
            this.mode = mode;
        }

        @Override
        public DiskFault before(DiskOperation operation) {
            if (operation.isChange() && changesLeft-- == 0) {
                next = operation.kind() + " " + operation.path();
                leaves = disk.copyAfterCrash(mode, crash);
            }
            return DiskFault.NONE;
        }
    }
}
