package io.chunkserver.core.fsck;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.disk.OfflineDirectory;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.ChunkVersion;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Files that were written in format 1 of everything can be read for ever: they are never written again, and this test is never made
 * weaker. When a format has a second version, a second directory joins this one.
 */
class GoldenDirectoryTest {

    private MemoryDisk disk;

    @BeforeEach
    void load() throws IOException, URISyntaxException {
        disk = GoldenDirectory.load(Path.of(Objects.requireNonNull(getClass().getResource("/format1/directory"))
                .toURI()));
    }

    @Test
    void aCheckFindsNothingWrong() throws IOException {
        NotedFindings noted = new NotedFindings();
        try (OfflineDirectory directory = OfflineDirectory.open(disk, disk, DataDirectory.IDENTITY_FILE)) {
            CheckReport report =
                    new DirectoryCheck(disk, directory, false, () -> Instant.EPOCH, noted).run(Optional.empty());

            assertThat(noted.all).isEmpty();
            assertThat(report.chunks()).isEqualTo(4);
            assertThat(report.tombstones()).isEqualTo(1);
            assertThat(report.chunkBytes()).isEqualTo(134_030);
        }
    }

    @Test
    void aServerStartsInItAndHasEveryByteOfEveryChunk() throws IOException {
        StoppedServer stopped = new StoppedServer(disk);
        ChunkServer server = stopped.start();

        assertThat(server.identity().serverId()).isEqualTo(new ServerId("golden"));
        assertThat(stopped.content(server, new ChunkId("a", 0))).isEqualTo(StoppedServer.threeBlocks());
        assertThat(stopped.content(server, new ChunkId("b", 1))).containsExactly(1, 2, 3);
        assertThat(stopped.attributes(server, new ChunkId("b", 1)).values())
                .containsEntry("kind", "golden")
                .containsEntry("unit", "\u00b5m");
        assertThat(stopped.content(server, new ChunkId("c", 2))).isEmpty();
        assertThat(server.stat(new ChunkId("d", 3))).isEmpty();
        assertThat(stopped.content(server, new ChunkId("e", 4))).isEqualTo(new byte[2000]);
        assertThat(server.stat(new ChunkId("e", 4)).map(ChunkInfo::version)).contains(new ChunkVersion(2));
        assertThat(server.status().store().tombstones()).isEqualTo(1);
        assertThat(server.status().lostChunks()).isEmpty();
        ChunkInfo replaced = server.stat(new ChunkId("e", 4)).orElseThrow();
        assertThat(server.transaction(replaced.transaction()))
                .as("what the log remembers")
                .isPresent();
        stopped.stop(server);
    }
}
