package io.chunkserver.core.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a file that cannot be opened a second time, to be written past the page cache. */
class DirectAccessTest {

    @TempDir
    private Path folder;

    @Test
    void oneThatCannotBeOpenedFailsNothingAndOthersAreOpenedAsBefore() throws IOException {
        DirectAccess access = new DirectAccess();
        assertThat(access.open(folder.resolve("missing"))).isEmpty();
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(opens(access, file)).isEqualTo(opens(new DirectAccess(), file));
    }

    private static boolean opens(DirectAccess access, Path file) throws IOException {
        Optional<FileChannel> opened = access.open(file);
        if (opened.isPresent()) {
            opened.get().close();
        }
        return opened.isPresent();
    }
}
