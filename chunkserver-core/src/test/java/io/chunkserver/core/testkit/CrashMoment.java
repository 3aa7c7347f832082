package io.chunkserver.core.testkit;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A disk that may crash now.
 *
 * @param disk as it is; not to be changed as long as somebody looks at the moment
 * @param mode how it crashes
 * @param next what was about to be done, if anything
 */
public record CrashMoment(MemoryDisk disk, CrashMode mode, Optional<DiskOperation> next) {

    /** In how many ways it can crash; empty when there are more than the limit. */
    public OptionalInt crashes(int limit) {
        EveryCrash crash = new EveryCrash();
        for (int count = 1; count <= limit; count++) {
            var unused = disk.copyAfterCrash(mode, crash);
            if (!crash.next()) {
                return OptionalInt.of(count);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * Goes through all crashes if there are no more than the limit, and else through so many that are drawn.
     *
     * @param look takes the crash, for {@link MemoryDisk#copyAfterCrash}, and may draw from the same generator
     * @return whether all were gone through
     */
    public boolean crash(int limit, int drawn, RandomGenerator random, Consumer<CrashChoices> look) {
        if (crashes(limit).isPresent()) {
            EveryCrash crash = new EveryCrash();
            do {
                look.accept(crash);
            } while (crash.next());
            return true;
        }
        for (int i = 0; i < drawn; i++) {
            look.accept(ChosenCrash.random(random));
        }
        return false;
    }

    /** Where in the work it is. */
    @Override
    public String toString() {
        return "before " + next.map(CrashMoment::describe).orElse("the end") + ", mode " + mode;
    }

    private static String describe(DiskOperation operation) {
        String path = operation.path().toString();
        return operation.kind() + " " + (path.isEmpty() ? "the root" : path);
    }
}
