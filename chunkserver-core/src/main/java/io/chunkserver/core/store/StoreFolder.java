package io.chunkserver.core.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.disk.FileStamp;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one folder of chunk files: how often its names were changed, up to which change they are durable, and at which
 * it had a stamp that vouches for them.
 *
 * <p>Safe for many threads; waits for nothing.
 */
final class StoreFolder {

    /** What was there when the store was opened may never have been forced by who made it. */
    private static final long NOTHING_FORCED = -1;

    /** Changes that were begun and not ended: they may be seen in the folder and not in the index, or the other way round. */
    @GuardedBy("this")
    private int underWay;

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

    synchronized void begin() {
        underWay++;
    }

    /** Ends a change. One that is not known to have changed nothing counts. */
    synchronized void end(boolean changed) {
        underWay--;
        changes += changed ? 1 : 0;
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
