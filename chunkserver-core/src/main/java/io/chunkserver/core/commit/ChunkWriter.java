package io.chunkserver.core.commit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.Failure;
import java.util.concurrent.CompletionStage;

/**
 * A client's store in progress at its coordinator.
 *
 * <p>The caller writes blocks in order, then finishes or cancels, from one thread at a time; nothing blocks.
 */
public interface ChunkWriter {

    /**
     * Sends one block. Its buffer belongs to the writer until the returned stage completes, which it does normally also
     * after a failure: {@link #receipt} tells that.
     */
    CompletionStage<Void> write(CheckedBlock block);

    /** All blocks were written; this is their length and CRC-32C. From now on the outcome may be a commit. */
    void finish(long lengthBytes, int crc32c);

    /**
     * The outcome. A receipt means committed. A {@code ChunkServerException} means aborted, finally for this attempt,
     * naming the culprit; but {@code OutcomeUnknown} means that nobody can say yet. May complete before the finish, when
     * the transaction is refused or was committed by an earlier try.
     */
    CompletionStage<Receipt> receipt();

    /** Gives up. Before the finish the transaction is aborted; after it this does nothing. Idempotent. */
    void cancel(Failure why);
}
