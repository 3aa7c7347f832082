package io.chunkserver.core.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CheckStateFileTest {

    private final MemoryDisk disk = new MemoryDisk();
    private final CheckStateFile file = new CheckStateFile(disk, Path.of("state"));

    private static CheckState after(String folder) {
        CheckReport report = new CheckReport(1, 2, 3, 4, 5, Map.of(FindingKind.LOST_CHUNK, 6L), 7);
        return new CheckState(new UUID(1, 2), 3, true, Path.of(folder), IndexVerdict.BEHIND, report);
    }

    /** A check of a large directory takes hours, and what ends it may well be a loss of power. */
    @Test
    void whatWasWrittenOutlivesAPowerLoss() throws IOException {
        for (CheckState state : new CheckState[] {after("chunks/00/00"), after("chunks/00/01")}) {
            file.write(state);
            disk.crash();

            assertThat(file.read()).contains(state);
        }
    }

    @Test
    void aCheckThatIsOverLeavesNoState() throws IOException {
        file.write(after("chunks/00/00"));
        file.remove();

        assertThat(file.read()).isEmpty();
        file.remove();
    }
}
