package io.chunkserver.examples.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedServerTest {

    @Test
    void readsBackWhatItStoredBeforeTheRestart(@TempDir Path directory) throws IOException {
        assertThat(EmbeddedServer.run(directory)).isEqualTo("chunk server");
    }
}
