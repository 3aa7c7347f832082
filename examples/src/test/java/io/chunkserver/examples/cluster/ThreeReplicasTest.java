package io.chunkserver.examples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreeReplicasTest {

    @Test
    void readsFromAReplicaWhatItStoredThroughThePrimary(@TempDir Path directory) throws IOException {
        assertThat(ThreeReplicas.run(directory)).isEqualTo("Hello, replicas");
    }
}
