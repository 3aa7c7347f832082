package io.chunkserver.transport;

import io.chunkserver.core.error.ChunkServerException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * A way for servers to reach each other.
 *
 * <p><b>Promises.</b> Frames of one connection arrive in order, each whole and unchanged, or the connection closes; a header that
 * was damaged on the way closes it. Bodies are carried with their checksum and not compared. When one side closes, the
 * other learns it after it has received what was sent before. Reading that is turned off holds up the sender; nothing is
 * buffered without bound.
 *
 * <p><b>Errors.</b> Stages complete exceptionally with a {@code ChunkServerException}: {@code UNREACHABLE} when nobody listens or the
 * name does not resolve, {@code TIMEOUT} when the time has passed. All are {@code UNREACHABLE} on a transport that is closed.
 *
 * <p>Safe for many threads; no method blocks but {@link #open} and {@link #close}.
 */
public interface Transport extends AutoCloseable {

    /** The word by which a configuration chooses this transport. */
    String name();

    /**
     * Accepts connections.
     *
     * <p>Completes exceptionally with {@code BAD_CONFIGURATION} when the address is in use or not this machine's.
     *
     * @param address  port 0 chooses a free one
     * @param receiver makes the receiver of each accepted connection; it may send at once
     */
    CompletionStage<Listener> listen(ServerAddress address, Function<Connection, FrameReceiver> receiver);

    /**
     * Opens a connection.
     *
     * @param receiver makes its receiver; called before the stage completes
     */
    CompletionStage<Connection> connect(
            ServerAddress address, Duration timeout, Function<Connection, FrameReceiver> receiver);

    /**
     * Opens a connection for the calling thread, which waits until it is there, and then for what it asks.
     *
     * <p>By default threads of the transport bring what comes; a transport that can do without them on the way does.
     *
     * @throws ChunkServerException as the stages of {@link #connect} fail
     */
    default BlockingConnection open(ServerAddress address, Duration timeout) throws ChunkServerException {
        return QueuedConnection.open(this, address, timeout);
    }

    /**
     * Closes all listeners and connections and ends the transport's threads; idempotent. May wait a little for peers, so it must not
     * be called by a receiver.
     */
    @Override
    void close();
}
