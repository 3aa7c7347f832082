package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A disk fails while nobody waits for it. */
class FailedCheckpointTest {

    /** Enough for a checkpoint of a server that has nothing else to do. */
    private static final int MANY_RUNS = 50;

    private boolean failing;

    private DiskFault script(DiskOperation operation) {
        return failing
                        && operation.kind() == Kind.FORCE_DIRECTORY
                        && operation.path().startsWith(DataDirectory.CHUNKS)
                ? DiskFault.IO_ERROR
                : DiskFault.NONE;
    }

    /** What is published and cannot be forced any more must not be told to the next client, who would have it lost. */
    @Test
    void aCheckpointThatCannotForceItsFoldersClosesTheServerForWriting() throws IOException {
        LoneServer server = LoneServer.start(
                new FaultyDisk(new MemoryDisk(), this::script), ChunkServerConfig.DEFAULT, new NoReplicas(), 1);
        server.store(new TransactionId("client", 0, 1), ChunkId.parse("file#0"), new byte[] {1, 2, 3})
                .join();
        assertThat(server.server().status().state()).isEqualTo(ServerState.READY);

        failing = true;
        for (int run = 0; run < MANY_RUNS; run++) {
            server.run();
        }

        assertThat(server.server().status().state()).isEqualTo(ServerState.READ_ONLY);
        server.kill();
    }
}
