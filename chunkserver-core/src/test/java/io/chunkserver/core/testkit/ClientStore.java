package io.chunkserver.core.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.commit.ChunkWriter;
import io.chunkserver.core.commit.PrepareRequest;
import io.chunkserver.core.commit.Receipt;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.TransactionId;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionException;

/** A store as its client sees it, and as the member that witnesses it was asked to prepare it. */
final class ClientStore {

    private final TransactionId id;
    private final ChunkWriter writer;
    private final FakeReplica witness;

    ClientStore(TransactionId id, ChunkWriter writer, FakeReplica witness, CallTrace trace) {
        this.id = id;
        this.writer = writer;
        this.witness = witness;
        trace.note("a client begins transaction " + id);
        writer.receipt()
                .whenComplete((receipt, failure) -> trace.note("the client of transaction " + id + " hears "
                        + (failure == null
                                ? receipt
                                : ChunkServerException.from(failure).failure().describe())));
    }

    TransactionId id() {
        return id;
    }

    ChunkWriter writer() {
        return writer;
    }

    /** Sends all bytes. */
    void send() {
        CheckedBlock block = CheckedBlock.of(ByteBuffer.wrap(CoordinatorSubject.CONTENT));
        writer.write(block);
        writer.finish(CoordinatorSubject.CONTENT.length, block.crc32c());
    }

    /** The last prepare request of this transaction that reached the witness. */
    PrepareRequest prepared() {
        return witness.prepared().stream()
                .filter(request -> request.transaction().equals(id))
                .reduce((first, second) -> second)
                .orElseThrow(() ->
                        new AssertionError(witness.member().id() + " was never asked to prepare transaction " + id));
    }

    Attempt attempt() {
        return prepared().attempt();
    }

    /** What the client heard of its success; fails when it heard anything else. */
    Receipt committed() {
        assertThat(writer.receipt().toCompletableFuture())
                .as("the receipt of transaction %s", id)
                .isCompleted();
        return writer.receipt().toCompletableFuture().join();
    }

    /** What the client heard of its failure; fails when it heard anything else. */
    Failure failed() {
        assertThat(writer.receipt().toCompletableFuture())
                .as("the receipt of transaction %s", id)
                .isCompletedExceptionally();
        try {
            throw new AssertionError(writer.receipt().toCompletableFuture().join() + " is no failure");
        } catch (CompletionException e) {
            return ChunkServerException.from(e).failure();
        }
    }
}
