package io.chunkserver.core;

import io.chunkserver.core.disk.CallWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the volume whose disk is far slower than those of the others, as one that is about to fail often is: what it usually takes for a
 * read, a write or a force is {@value #FACTOR} times what the others do, for minutes. Such a volume stays in service, and new chunks go to
 * the others while these have room.
 *
 * <p>Two others are the least that it is compared with: of two disks nobody could say which one is as it should be. A volume is as the others
 * again when it was within {@value #WELL_FACTOR} times for as long, or was used so little that nothing is known of it; then it is tried anew.
 *
 * <p>One thread at a time takes steps.
 */
final class SlowVolumes {

    /** Below it no call is slow, however fast others are. */
    static final Duration LEAST = Duration.ofMillis(50);

    static final int FACTOR = 5;

    /** A slow one that is within this is as the others again. */
    private static final int WELL_FACTOR = 3;

    /** Steps after which what was seen in each of them counts. */
    static final int STEADY = 120;

    private static final Logger LOG = LoggerFactory.getLogger(SlowVolumes.class);

    private static final int LEAST_OTHERS = 2;

    private final Volumes volumes;

    /** In how many steps in turn a volume looked other than what it is taken for. */
    private final Map<Volume, Integer> steps = new HashMap<>();

    SlowVolumes(Volumes volumes) {
        this.volumes = volumes;
    }

    /** Compares all with each other; to be called once in every second. */
    void runOnce() {
        List<Volume> all = volumes.inService().toList();
        for (Volume volume : all) {
            Optional<String> slow = volume.slow();
            Optional<String> seen = compare(volume, all, slow.isPresent() ? WELL_FACTOR : FACTOR);
            int turns = seen.isPresent() == slow.isPresent() ? 0 : steps.getOrDefault(volume, 0) + 1;
            steps.put(volume, turns);
            if (turns >= STEADY) {
                steps.put(volume, 0);
                tell(volume, seen);
            }
        }
    }

    private static void tell(Volume volume, Optional<String> slow) {
        volume.slow(slow);
        slow.ifPresentOrElse(
                why -> LOG.warn("{}: {}; look at the disk. New chunks go to the other directories", volume, why),
                () -> LOG.info("{} is not slower than the others any more, as far as is known", volume));
    }

    /** Why it is too slow; empty when it is not. */
    private static Optional<String> compare(Volume volume, List<Volume> all, int factor) {
        for (CallWatch.Kind kind : CallWatch.Kind.values()) {
            Optional<Duration> own = usual(volume, kind);
            List<Duration> others = new ArrayList<>();
            for (Volume other : all) {
                if (other != volume) {
                    usual(other, kind).ifPresent(others::add);
                }
            }
            if (own.isPresent() && others.size() >= LEAST_OTHERS) {
                others.sort(null);
                Duration middle = others.get(others.size() / 2);
                if (own.get().compareTo(LEAST) > 0 && own.get().compareTo(middle.multipliedBy(factor)) > 0) {
                    return Optional.of("its disk is slow: a "
                            + kind.name().toLowerCase(Locale.ROOT) + " takes "
                            + own.get().toMillis() + " ms, on the others " + middle.toMillis() + " ms");
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Duration> usual(Volume volume, CallWatch.Kind kind) {
        return volume.parts().calls().usual(kind);
    }
}
