package io.chunkserver.core.testkit;

import io.chunkserver.core.disk.Disk;
import java.io.IOException;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Takes the power away at every moment of some work that is done on a disk, and has looked at what is left.
 *
 * <p>The work is done once. Before each change that it makes to its disk, and when it is over, copies of the disk are made as a crash
 * at this moment leaves them, in both modes: one for each way in which it can crash, or, where those are too many, for so many that
 * are drawn. A check opens each and compares it with what the work was told until now, which the work notes as it goes on.
 *
 * <p>A start after a crash may be interrupted as well: it is work on what the crash left, and a check may explore it in turn.
 *
 * <p>Repeatable from its seed. The work uses its disk on one thread at a time, and does not go on while it is looked at.
 */
public final class CrashExplorer {

    /** What is done to a disk. */
    @FunctionalInterface
    public interface Workload {
        void run(Disk disk) throws IOException;
    }

    /** Looks at what a crash left, and throws if it is not as it must be. */
    @FunctionalInterface
    public interface Check {
        void check(MemoryDisk left) throws IOException;
    }

    /**
     * What was looked at.
     *
     * @param points              moments of the work at which the power went
     * @param pointsWithAllStates of them, those of which every crash was looked at
     * @param states              crashes that were looked at
     */
    public record Report(long points, long pointsWithAllStates, long states) {}

    private final MemoryDisk disk;
    private final int most;
    private final long seed;
    private final Check check;
    private final SplittableRandom random;
    private long points;
    private long pointsWithAllStates;
    private long states;
    private @Nullable AssertionError failure;

    private CrashExplorer(MemoryDisk disk, int most, long seed, Check check) {
        this.disk = disk;
        this.most = most;
        this.seed = seed;
        this.check = check;
        this.random = new SplittableRandom(seed);
    }

    /**
     * Does the work and looks at its crashes.
     *
     * @param disk as the work finds it
     * @param most crashes that are looked at of one moment in one mode: all if there are no more, and else so many that are drawn
     * @param seed the same one draws the same crashes
     * @throws AssertionError when a check has thrown: where the power went, the choices of the crash, the seed, and what was wrong
     */
    public static Report explore(MemoryDisk disk, int most, long seed, Workload workload, Check check)
            throws IOException {
        CrashExplorer explorer = new CrashExplorer(disk, most, seed, check);
        workload.run(new FaultyDisk(disk, explorer::before));
        explorer.reached(Optional.empty());
        if (explorer.failure != null) {
            throw explorer.failure;
        }
        return new Report(explorer.points, explorer.pointsWithAllStates, explorer.states);
    }

    private DiskFault before(DiskOperation operation) {
        if (operation.isChange()) {
            reached(Optional.of(operation));
        }
        return DiskFault.NONE;
    }

    /** Looks no more after a failure, which is kept: thrown from here, it would be the work's, which may swallow it. */
    private void reached(Optional<DiskOperation> next) {
        if (failure != null) {
            return;
        }
        points++;
        boolean all = true;
        for (CrashMode mode : CrashMode.values()) {
            CrashMoment moment = new CrashMoment(disk, mode, next);
            all &= moment.crash(most, most, random, crash -> look(moment, crash));
        }
        pointsWithAllStates += all ? 1 : 0;
    }

    private void look(CrashMoment moment, CrashChoices crash) {
        if (failure != null) {
            return;
        }
        states++;
        MemoryDisk left = disk.copyAfterCrash(moment.mode(), crash);
        try {
            check.check(left);
        } catch (IOException | RuntimeException | AssertionError e) {
            failure = new AssertionError(
                    "crash at point " + points + ", " + moment + ", choices " + crash + ", seed " + seed + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
