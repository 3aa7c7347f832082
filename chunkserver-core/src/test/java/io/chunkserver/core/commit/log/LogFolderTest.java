package io.chunkserver.core.commit.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class LogFolderTest {

    /** A segment that is forced in a folder whose name is lost is lost as well. */
    @Test
    void aNewFolderOutlivesAPowerLossHoweverDeepItLies() throws IOException {
        for (String path : new String[] {"log", "some/log", "some/other/log"}) {
            MemoryDisk disk = new MemoryDisk();
            Path folder = Path.of(path);

            new LogFolder(disk, folder, LogFixture.LOG_ID).create();
            disk.crash();

            assertThat(disk.list(folder)).as(path).isEmpty();
        }
    }
}
