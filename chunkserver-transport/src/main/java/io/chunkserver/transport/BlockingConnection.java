package io.chunkserver.transport;

import io.chunkserver.core.error.ChunkServerException;
import java.time.Duration;

/**
 * A connection for a thread that waits for what it has asked: it sends and receives by itself, so that nothing is handed over from one thread to
 * another, which is most of what a small exchange costs.
 *
 * <p><b>Errors.</b> {@code UNREACHABLE} when either side has closed it or it broke, {@code PROTOCOL_ERROR} when what came is no frame. After either
 * it can only be closed.
 *
 * <p>For one thread at a time; {@link #close} is for any.
 */
public interface BlockingConnection extends AutoCloseable {

    /** Who is at the other end. */
    ServerAddress remote();

    /**
     * Sends a frame after those sent before. Waits as long as the peer does not read and the buffers between are full: what is sent before
     * an answer is received is the caller's to bound, by some kilobytes.
     */
    void send(Frame frame) throws ChunkServerException;

    /**
     * The next frame, in the order in which they were sent; waits for it. A thread that is interrupted waits on, and stays interrupted; of a
     * virtual thread's interrupt the JDK makes the end of the connection where that has a socket of its own.
     *
     * @return valid until the next call, without a release; its buffers have arrays
     * @throws ChunkServerException with {@code TIMEOUT} when none came whole in time: it may come later
     */
    Frame receive(Duration timeout) throws ChunkServerException;

    /** Closes at once, and ends a wait. Idempotent. */
    @Override
    void close();
}
