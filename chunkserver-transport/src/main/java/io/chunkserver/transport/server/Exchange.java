package io.chunkserver.transport.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;

/**
 * One request under way, as its connection sees it. Called by one thread at a time; nothing blocks.
 *
 * <p>It is over when its {@link Answer} has sent the last frame; after that nothing is called.
 */
interface Exchange {

    /**
     * Takes a block and, with it, the duty to release the frame, also when it throws.
     *
     * @throws ChunkServerException when the client cannot be answered any more for having sent it: the connection is to end
     */
    void data(Frame frame) throws ChunkServerException;

    /**
     * All blocks have come.
     *
     * @param frame with length and checksum; the caller releases it
     * @throws ChunkServerException when the client cannot be answered any more for having sent it: the connection is to end
     */
    void end(Frame frame) throws ChunkServerException;

    /** Whether it is the client's turn to send a block, or the end. */
    default boolean awaitsBlocks() {
        return false;
    }

    /** The client gives up, or its connection is closed. */
    void cancel(Failure why);
}
