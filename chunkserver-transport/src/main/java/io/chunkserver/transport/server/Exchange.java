package io.chunkserver.transport.server;

import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;

/**
 * One request under way, as its connection sees it. Called by one thread at a time; nothing blocks.
 *
 * <p>It is over when its {@link Answer} has sent the last frame; after that nothing is called.
 */
interface Exchange {

    /** Takes a block and, with it, the duty to release the frame. */
    void data(Frame frame);

    /** All blocks have come. */
    void end(End end);

    /** The client gives up, or its connection is closed. */
    void cancel(Failure why);
}
