package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.membership.ServerState;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What a client hears when a defect, and not the disk, ends the log after it has written the decision. */
class LogDefectTest {

    private static final TransactionId TRANSACTION = new TransactionId("client", 0, 1);
    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = {1, 2, 3};

    private final MemoryDisk memory = new MemoryDisk();
    private boolean armed;

    @Test
    void aDecisionThatMayBeOnDiskIsNotToldAsAnAbort() throws IOException {
        LoneServer first =
                LoneServer.start(new FaultyDisk(memory, this::script), ChunkServerConfig.DEFAULT, new NoReplicas(), 1);
        armed = true;

        CompletableFuture<Receipt> receipt = first.store(TRANSACTION, CHUNK, BYTES);
        assertThat(receipt)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.class))
                .extracting(ChunkServerException::code)
                .isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(first.server().status().state()).isEqualTo(ServerState.READ_ONLY);

        first.kill();
        memory.endProcess();
        LoneServer second = LoneServer.start(memory, ChunkServerConfig.DEFAULT, new NoReplicas(), 2);
        assertThat(second.chunks()).extracting(ChunkInfo::id).containsExactly(CHUNK);
        assertThat(second.server().status().lostChunks()).isEmpty();
        second.close();
    }

    /** The batch was written when its force meets the defect. */
    private DiskFault script(DiskOperation operation) {
        if (armed && operation.kind() == Kind.FORCE && operation.path().startsWith(DataDirectory.LOG)) {
            armed = false;
            throw new IllegalStateException("a defect");
        }
        return DiskFault.NONE;
    }
}
