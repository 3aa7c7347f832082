package io.chunkserver.core.commit;

import io.chunkserver.core.model.Attempt;
import io.chunkserver.core.model.ChunkId;
import io.chunkserver.core.model.TransactionId;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Another server as a party to transactions: the control messages of two-phase commit. All of them may be sent again,
 * late or twice without harm.
 *
 * <p>The stages complete exceptionally, with {@code UNREACHABLE} or {@code TIMEOUT}, when no answer came; whether the
 * message arrived is unknown then.
 */
public interface TransactionPeer {

    /** Tells a participant to commit; answers when the commit is in its log and the chunk is published there. */
    CompletionStage<CommitReply> commit(TransactionId transaction, Attempt attempt, ChunkId chunk);

    /** Tells a participant to abort. */
    CompletionStage<Void> abort(TransactionId transaction, Attempt attempt, ChunkId chunk);

    /**
     * Asks what became of an attempt: a coordinator, or another participant that may have heard of it.
     *
     * @param coordinatorLogId the log in which the decision would be: only a coordinator that still has this log may
     *     take knowing nothing for an abort
     */
    CompletionStage<InquiryAnswer> inquire(
            TransactionId transaction, Attempt attempt, ChunkId chunk, UUID coordinatorLogId);
}
