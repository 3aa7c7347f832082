package io.chunkserver.transport;

import org.jspecify.annotations.Nullable;

/** What a connection's owner does with what comes in. Called by one thread at a time; must not block. One that throws loses its connection. */
public interface FrameReceiver {

    /** Takes a frame and, with it, the duty to release it. */
    void receive(Frame frame);

    /**
     * The connection is closed; nothing is received any more. Called once.
     *
     * @param cause why, when neither side closed it in order
     */
    void closed(@Nullable Throwable cause);
}
