package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A receipt never names a server that does not show the version, also when it is told a second time. */
class RetryBeforePublicationTest {

    private static final TransactionId TRANSACTION = new TransactionId("client", 0, 1);
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = {1, 2, 3};

    private final MemoryDisk memory = new MemoryDisk();
    private boolean armed;

    @Test
    void aRetryIsNotToldThatAVersionIsVisibleWhoseRenameHasFailed() throws IOException {
        LoneServer server =
                LoneServer.start(new FaultyDisk(memory, this::script), ChunkServerConfig.DEFAULT, new NoReplicas(), 1);
        armed = true;

        assertThat(store(server).applied()).isEmpty();
        assertThat(store(server).applied()).isEmpty();

        server.kill();
        memory.endProcess();
        LoneServer again = LoneServer.start(memory, ChunkServerConfig.DEFAULT, new NoReplicas(), 2);
        assertThat(store(again).applied()).containsExactly(new ServerId("a"));
        again.close();
    }

    private DiskFault script(DiskOperation operation) {
        return armed
                        && operation.kind() == Kind.RENAME
                        && operation.path().toString().endsWith(".staged")
                ? DiskFault.IO_ERROR
                : DiskFault.NONE;
    }

    private static Receipt store(LoneServer server) {
        return server.store(TRANSACTION, CHUNK, BYTES).join();
    }
}
