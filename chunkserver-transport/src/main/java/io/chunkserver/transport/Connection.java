package io.chunkserver.transport;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Carries frames between two servers, in order, each whole or not at all.
 *
 * <p>Safe for many threads; no method blocks.
 */
public interface Connection {

    /** Who is at the other end; for an accepted connection, where it came from. */
    ServerAddress remote();

    /**
     * Sends frames after those sent before, one after the other; they leave together where the transport can do so, and those that other
     * threads send may come between them. The stage completes when no buffer of any of them is needed any longer; that says nothing of
     * their arrival. It completes exceptionally with {@code UNREACHABLE} when the connection was closed before all had left.
     *
     * <p>How much may be unsent is the caller's to bound, by waiting for stages.
     *
     * @param frames at least one
     */
    CompletionStage<Void> send(List<Frame> frames);

    /** Sends one frame. */
    default CompletionStage<Void> send(Frame frame) {
        return send(List.of(frame));
    }

    /**
     * Whether frames are to be received; true at first. After false the receiver gets at most the frame that was on its way to it
     * in that moment, and none when it called itself; the sender at the other end is held up in turn. That
     * the other end has closed is told when the frames before that have been received.
     */
    void setReading(boolean reading);

    /** Closes at once; the receiver's {@link FrameReceiver#closed} follows. Idempotent. */
    void close();
}
