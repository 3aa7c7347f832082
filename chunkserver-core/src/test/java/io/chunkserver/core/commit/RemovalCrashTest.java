package io.chunkserver.core.commit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.testkit.CrashMode;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskScript;
import io.chunkserver.core.testkit.EveryCrash;
import io.chunkserver.core.testkit.MemoryDisk;
import io.chunkserver.core.testkit.SimulatedTime;
import io.chunkserver.core.testkit.StorageOnDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A copy that is given up, because others have it, is not taken for a lost one, wherever the power goes meanwhile. */
class RemovalCrashTest extends ParticipantOnMemoryDisk {

    @ParameterizedTest
    @EnumSource(CrashMode.class)
    void aVersionThatIsRemovedIsThereOrGivenUpAndNeverLost(CrashMode mode) throws IOException {
        PrepareRequest first = committed(ChunkVersion.NONE);
        PrepareRequest second = committed(FIRST);
        assertThat(first.transaction()).isNotEqualTo(second.transaction());
        storage.store().forcePublished();
        List<MemoryDisk> left = new ArrayList<>();
        script = operation -> {
            addEveryCrash(mode, left);
            return DiskFault.NONE;
        };

        assertThat(settled(participant
                        .remove(CHUNK, SECOND, second.transaction(), new AttemptNumbers(7).next())
                        .toCompletableFuture()))
                .isTrue();
        addEveryCrash(mode, left);
        script = DiskScript.GOOD;

        int kept = 0;
        int gone = 0;
        for (MemoryDisk disk : left) {
            Storage found = reopened(disk);
            assertThat(CommitRecovery.run(found.store(), found.log()).lost()).isEmpty();
            if (found.store().stat(CHUNK).isPresent()) {
                kept++;
            } else {
                gone++;
            }
        }
        assertThat(kept).as("crashes that the version outlives").isPositive();
        assertThat(gone).as("crashes after which it is gone").isPositive();
    }

    private void addEveryCrash(CrashMode mode, List<MemoryDisk> left) {
        EveryCrash crash = new EveryCrash();
        do {
            left.add(memory.copyAfterCrash(mode, crash));
        } while (crash.next());
    }

    private static Storage reopened(MemoryDisk disk) throws IOException {
        SimulatedTime later = new SimulatedTime(new SplittableRandom(1));
        return StorageOnDisk.open(disk, later.life(Duration.ofMillis(1)).environment());
    }
}
