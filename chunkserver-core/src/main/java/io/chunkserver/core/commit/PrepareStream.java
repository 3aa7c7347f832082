package io.chunkserver.core.commit;

import io.chunkserver.core.checksum.CheckedBlock;
import io.chunkserver.core.error.Failure;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * A chunk's bytes on their way to one member, or through one member to all after it, and the votes on their way back.
 *
 * <p>The caller writes blocks in order, then finishes or cancels; it may have many writes outstanding and bounds them by
 * the stages that {@link #write} returns. Calls come from one thread at a time and never block.
 *
 * <p>The votes may come before the stream is finished, when somebody refuses: further blocks are then thrown away.
 */
public interface PrepareStream {

    /**
     * Sends one block. Its buffer belongs to the stream until the returned stage completes; the stage completes
     * normally also when the stream has failed, since the failure is told by {@link #votes}.
     */
    CompletionStage<Void> write(CheckedBlock block);

    /** All blocks were written; this is their length and CRC-32C. */
    void finish(long lengthBytes, int crc32c);

    /**
     * One vote for each member that this stream reaches, the nearest first; a member that was not heard of has a no that
     * names the one who did not answer. Completes once and never exceptionally.
     */
    CompletionStage<List<Vote>> votes();

    /**
     * Gives up before the finish: members that have not voted yes undo what they did. After the finish it only makes
     * the votes end sooner. Idempotent.
     */
    void cancel(Failure why);
}
