package io.chunkserver.core.testkit;

import java.util.function.IntPredicate;

/**
 * Counts the changes of a disk and stops one: the last that a process makes before it dies, or one after which the disk is
 * well again. Not safe for many threads.
 */
public final class StopAfter implements DiskScript {

    private final boolean forever;
    private final IntPredicate survivingSectors;
    private int changesLeft;
    private int changes;
    private int forces;

    private StopAfter(int changesLeft, boolean forever, IntPredicate survivingSectors) {
        this.changesLeft = changesLeft;
        this.forever = forever;
        this.survivingSectors = survivingSectors;
    }

    /** Counts only, until {@link #stopAfter} is called. */
    public static StopAfter never() {
        return new StopAfter(Integer.MAX_VALUE, false, sector -> false);
    }

    /**
     * Stops the change after this many, and all later ones.
     *
     * @param survivingSectors which sectors get to the disk, durably, if the first change that is stopped is a write
     */
    public static StopAfter forGood(int changes, IntPredicate survivingSectors) {
        return new StopAfter(changes, true, survivingSectors);
    }

    /** Stops the change after this many more, and, if it is for good, all later ones. */
    public void stopAfter(int moreChanges) {
        changesLeft = moreChanges;
    }

    /** Changes that were asked for. */
    public int changes() {
        return changes;
    }

    /** Forces of files that were asked for. */
    public int forces() {
        return forces;
    }

    @Override
    public DiskFault before(DiskOperation operation) {
        if (!operation.isChange()) {
            return DiskFault.NONE;
        }
        changes++;
        forces += operation.kind() == DiskOperation.Kind.FORCE ? 1 : 0;
        boolean stoppedBefore = forever && changesLeft < 0;
        if (changesLeft-- == 0) {
            return new DiskFault.Torn(survivingSectors);
        }
        return stoppedBefore ? DiskFault.STOPPED : DiskFault.NONE;
    }
}
