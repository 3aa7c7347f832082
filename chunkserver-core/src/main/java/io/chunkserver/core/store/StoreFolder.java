package io.chunkserver.core.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.disk.FileStamp;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one folder of chunk files: how often its names were changed, up to which change they are durable, and at which
 * it had a stamp that vouches for them.
 *
 * <p>Safe for many threads. Only {@link #begin} waits, and only for {@link #beginAlone who is alone}.
 */
final class StoreFolder {

    /** What was there when the store was opened may never have been forced by who made it. */
    private static final long NOTHING_FORCED = -1;

    /** Changes that were begun and not ended: they may be seen in the folder and not in the index, or the other way round. */
    @GuardedBy("this")
    private int underWay;

    /** Whether the change that is under way is to be the only one. */
    @GuardedBy("this")
    private boolean alone;

    @GuardedBy("this")
    private long changes;

    @GuardedBy("this")
    private long forcedChanges;

    @GuardedBy("this")
    private @Nullable FileStamp stamp;

    /** How many changes there had been when the folder had the stamp. */
    @GuardedBy("this")
    private long stampedChanges;

    private StoreFolder(long forcedChanges) {
        this.forcedChanges = forcedChanges;
    }

    /** A folder that was looked into when the store was opened, or was just made. */
    static StoreFolder found() {
        return new StoreFolder(NOTHING_FORCED);
    }

    /** A folder that is durable and has the stamp that a checkpoint knows. */
    static StoreFolder unchangedSince(FileStamp stamp) {
        StoreFolder folder = new StoreFolder(0);
        folder.stamped(stamp, 0);
        return folder;
    }

    /** Begins a change of names; to be ended by {@link #end}. */
    synchronized void begin() {
        boolean interrupted = false;
        while (alone) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        underWay++;
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Begins a change that relies on what was seen in the folder, if there was no other since: until its {@link #end} no other begins. That
     * may be one rename long, as the file system makes the renames in a folder wait for each other anyway.
     *
     * @param seenChanges the {@link #quietChanges} before it was looked
     * @return whether it has begun
     */
    synchronized boolean beginAlone(long seenChanges) {
        if (underWay > 0 || changes != seenChanges) {
            return false;
        }
        alone = true;
        underWay++;
        return true;
    }

    /** Ends a change. One that is not known to have changed nothing counts. */
    synchronized void end(boolean changed) {
        underWay--;
        changes += changed ? 1 : 0;
        alone = false;
        notifyAll();
    }

    /** How many changes have ended. */
    synchronized long changes() {
        return changes;
    }

    /** The number of changes, when no other is under way. */
    synchronized OptionalLong quietChanges() {
        return underWay == 0 ? OptionalLong.of(changes) : OptionalLong.empty();
    }

    synchronized boolean isDurable() {
        return changes == forcedChanges;
    }

    /** The folder was forced after so many changes. */
    synchronized void forced(long afterChanges) {
        forcedChanges = Math.max(forcedChanges, afterChanges);
    }

    /** The number of changes, when all of them are durable and no other is under way. */
    synchronized OptionalLong settledChanges() {
        return underWay == 0 && changes == forcedChanges ? OptionalLong.of(changes) : OptionalLong.empty();
    }

    /** The stamp that vouches for the folder after so many changes, if one is known. */
    synchronized @Nullable FileStamp stampAfter(long afterChanges) {
        return stampedChanges == afterChanges ? stamp : null;
    }

    synchronized void stamped(FileStamp newStamp, long afterChanges) {
        stamp = newStamp;
        stampedChanges = afterChanges;
    }
}
