package io.chunkserver.core.testkit;

import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/** Decides what goes wrong on a {@link FaultyDisk}. */
@FunctionalInterface
public interface DiskScript {

    /** Nothing goes wrong. */
    DiskScript GOOD = operation -> DiskFault.NONE;

    /**
     * Called before each operation, on the thread that asks for it. It may take its time, or wait for something that a test
     * does, to be a slow disk or one that hangs.
     */
    DiskFault before(DiskOperation operation);

    /** This fault befalls the operation that is the first of this kind after so many others of it; all else is good. */
    static DiskScript once(Predicate<DiskOperation> of, int after, DiskFault fault) {
        return new DiskScript() {

            private int left = after;

            @Override
            public DiskFault before(DiskOperation operation) {
                return of.test(operation) && left-- == 0 ? fault : DiskFault.NONE;
            }
        };
    }

    /** Each operation has one of these faults with a probability, drawn as the generator's seed has it. */
    static DiskScript drawn(RandomGenerator random, double probability, List<DiskFault> faults) {
        return operation ->
                random.nextDouble() < probability ? faults.get(random.nextInt(faults.size())) : DiskFault.NONE;
    }
}
