package io.chunkserver.transport;

import java.util.List;
import java.util.concurrent.CompletableFuture;
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
     * Sends a frame after those sent before. The stage completes when the frame's buffers are no longer needed; that says
     * nothing of its arrival. It completes exceptionally with {@code UNREACHABLE} when the connection is closed.
     *
     * <p>How much may be unsent is the caller's to bound, by waiting for stages.
     */
    CompletionStage<Void> send(Frame frame);

    /**
     * Sends frames one after the other, which leave together where the transport can do so: a peer that waits for all of them is woken
     * once. The stage is that of all of them, and a failure of one is no word on those before it.
     *
     * @param frames at least one
     */
    default CompletionStage<Void> send(List<Frame> frames) {
        return CompletableFuture.allOf(
                frames.stream().map(frame -> send(frame).toCompletableFuture()).toArray(CompletableFuture<?>[]::new));
    }

    /**
     * Whether frames are to be received; true at first. After false the receiver gets at most the frame that was on its way to it
     * in that moment, and none when it called itself; the sender at the other end is held up in turn.
     */
    void setReading(boolean reading);

    /** Closes at once; the receiver's {@link FrameReceiver#closed} follows. Idempotent. */
    void close();
}
