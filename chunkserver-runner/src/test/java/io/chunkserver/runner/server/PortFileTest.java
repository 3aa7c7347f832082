package io.chunkserver.runner.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PortFileTest {

    @TempDir
    private Path directory;

    @Test
    void holdsThePortAloneAndReplacesAnOlderOne() throws IOException {
        Path file = directory.resolve("port");
        PortFile.write(file, 1);
        PortFile.write(file, 54321);
        assertThat(file).hasContent("54321\n");
        assertThat(directory).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aMissingDirectoryIsNamed() {
        Path file = directory.resolve("missing").resolve("port");
        assertThatIOException()
                .isThrownBy(() -> PortFile.write(file, 1))
                .withMessageContaining("port file " + file)
                .withMessageContaining("directory " + file.getParent() + " does not exist");
    }
}
