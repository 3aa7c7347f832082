package io.chunkserver.core;

import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.CrashMoment;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.MemoryDisk;
import java.util.Optional;
import java.util.OptionalInt;

/** Counts the crashes that a {@link CrashExploration} of the same work can look at, to share its states among them. */
final class CrashSurvey implements WorkedServer.CrashPoint {

    private final int limit;
    private long points;
    private long fewCrashes;
    private long manyCrashes;

    /** A survey that tells moments with at most this many crashes from those with more. */
    CrashSurvey(int limit) {
        this.limit = limit;
    }

    @Override
    public void reached(MemoryDisk disk, StoreHistory history, Optional<DiskOperation> next) {
        points++;
        for (CrashMode mode : CrashMode.values()) {
            OptionalInt crashes = new CrashMoment(disk, mode, next).crashes(limit);
            fewCrashes += crashes.orElse(0);
            manyCrashes += crashes.isEmpty() ? 1 : 0;
        }
    }

    long points() {
        return points;
    }

    /** How many crashes can be drawn of each moment with many, when all of the others are looked at too; at least 1. */
    int drawnPerMoment(long states) {
        return (int) Math.max(1, (states - fewCrashes) / Math.max(1, manyCrashes));
    }
}
