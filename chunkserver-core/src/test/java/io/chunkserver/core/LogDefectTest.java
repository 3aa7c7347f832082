package io.chunkserver.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.commit.StoreRequest;
import io.chunkserver.core.disk.DataDirectory;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.model.Attributes;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.ChunkInfo;
import io.chunkserver.core.model.Durability;
import io.chunkserver.core.model.TransactionId;
import io.chunkserver.core.testkit.DiskFault;
import io.chunkserver.core.testkit.DiskOperation;
import io.chunkserver.core.testkit.DiskOperation.Kind;
import io.chunkserver.core.testkit.FaultyDisk;
import io.chunkserver.core.testkit.MemoryDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What a client hears when a defect, and not the disk, ends the log after it has written the decision. */
class LogDefectTest {

    private static final ChunkId CHUNK = ChunkId.parse("dir/file#0");
    private static final byte[] BYTES = {1, 2, 3};

    private final MemoryDisk memory = new MemoryDisk();
    private boolean armed;

    @Test
    void aDecisionThatMayBeOnDiskIsNotToldAsAnAbort() throws IOException {
        LoneServer first =
                LoneServer.start(new FaultyDisk(memory, this::script), ChunkServerConfig.DEFAULT, new NoReplicas(), 1);
        armed = true;

        CompletableFuture<Receipt> receipt = store(first);
        assertThat(receipt)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .asInstanceOf(InstanceOfAssertFactories.type(ChunkServerException.class))
                .extracting(ChunkServerException::code)
                .isEqualTo(ErrorCode.OUTCOME_UNKNOWN);
        assertThat(first.server().status().state()).isEqualTo(ServerStatus.State.READ_ONLY);

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

    private static CompletableFuture<Receipt> store(LoneServer server) {
        StoreRequest request = new StoreRequest(
                new TransactionId("client", 0, 1),
                CHUNK,
                false,
                BYTES.length,
                null,
                Attributes.NONE,
                Durability.SYNC,
                StoreRequest.DEFAULT_TIMEOUT);
        CompletableFuture<Receipt> receipt = server.server()
                .begin(request, List.of())
                .thenCompose(LogDefectTest::write)
                .toCompletableFuture();
        server.run();
        return receipt;
    }

    private static CompletionStage<Receipt> write(ChunkWriter writer) {
        CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(BYTES));
        writer.write(block);
        writer.finish(BYTES.length, block.crc32c());
        return writer.receipt();
    }
}
