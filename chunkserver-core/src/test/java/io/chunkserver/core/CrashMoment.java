package io.chunkserver.core;

import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.EveryCrash;
import io.chunkserver.core.testkit.MemoryDisk;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A disk that may crash now.
 *
 * @param disk    as it is
 * @param history what clients have been told
 * @param mode    how it crashes
 * @param next    what was about to be done, if anything
 */
record CrashMoment(MemoryDisk disk, StoreHistory history, CrashMode mode, Optional<DiskOperation> next) {

    CrashMoment with(StoreHistory other) {
        return new CrashMoment(disk, other, mode, next);
    }

    /** In how many ways it can crash; empty when there are more than the limit. */
    OptionalInt crashes(int limit) {
        EveryCrash crash = new EveryCrash();
        for (int count = 1; count <= limit; count++) {
            var unused = disk.copyAfterCrash(mode, crash);
            if (!crash.next()) {
                return OptionalInt.of(count);
            }
        }
        return OptionalInt.empty();
    }
}
