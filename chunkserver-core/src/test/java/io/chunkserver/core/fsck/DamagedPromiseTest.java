package io.chunkserver.core.fsck;

import static io.chunkserver.core.fsck.StoppedServer.ONE_BLOCK;
import static io.chunkserver.core.fsck.StoppedServer.THREE_BLOCKS;
import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.ChunkServer;
import io.chunkserver.core.disk.DataDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A staged file whose footer is damaged: what a start makes of it depends on what the log says of it. */
class DamagedPromiseTest {

    private StoppedServer server;

    @BeforeEach
    void stopServer() throws IOException {
        server = new StoppedServer();
    }

    private void startAndStop() throws IOException {
        ChunkServer started = server.start();
        server.stop(started);
    }

    private List<byte[]> quarantined() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (Path name : server.disk.list(DataDirectory.QUARANTINE)) {
            files.add(server.read(DataDirectory.QUARANTINE.resolve(name)));
        }
        return files;
    }

    @Test
    void oneThatIsPromisedIsKeptInTheQuarantineForAnOperator() throws IOException {
        Path staged = server.promise(THREE_BLOCKS);
        server.flip(staged, -1);
        byte[] damaged = server.read(staged);

        startAndStop();

        assertThat(server.disk.size(staged)).isEmpty();
        assertThat(quarantined()).contains(damaged);
        // And a power loss does not undo it.
        server.disk.crash();
        assertThat(server.disk.size(staged)).isEmpty();
        assertThat(quarantined()).hasSize(1);
    }

    @Test
    void oneThatIsCommittedIsKeptAndToldAsLost() throws IOException {
        Path staged = server.stagedName(THREE_BLOCKS);
        server.disk.rename(server.file(THREE_BLOCKS), staged);
        server.flip(staged, -1);
        byte[] damaged = server.read(staged);

        ChunkServer started = server.start();

        assertThat(started.status().lostChunks()).containsExactly(THREE_BLOCKS);
        server.stop(started);
        assertThat(server.disk.size(staged)).isEmpty();
        assertThat(quarantined()).contains(damaged);
    }

    /** As after a crash while it was written. */
    @Test
    void oneThatNobodyWasPromisedIsRemoved() throws IOException {
        Path promised = server.promise(THREE_BLOCKS);
        Path staged = server.stagedName(ONE_BLOCK);
        server.disk.rename(server.file(ONE_BLOCK), staged);
        server.flip(staged, -1);

        startAndStop();

        assertThat(server.disk.size(staged)).isEmpty();
        assertThat(quarantined()).isEmpty();
        assertThat(server.disk.size(promised)).isPresent();
    }
}
