package io.chunkserver.transport.server;

import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.transport.protocol.Request;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Is told what happens at an endpoint, to count it. Every method does nothing unless it is overridden.
 *
 * <p><b>Threads.</b> Called by many at the same time, the transport's among them: a method returns at once and throws nothing.
 */
public interface EndpointObserver {

    /** Counts nothing. */
    EndpointObserver NONE = new EndpointObserver() {};

    /** A client has connected. */
    default void connected() {}

    /** A connection that was counted is closed. */
    default void disconnected() {}

    /**
     * A request that could be read is over.
     *
     * @param request what was asked
     * @param failure what the client was told, {@code CANCELLED} when it went away or broke the protocol before the answer, or null for success
     * @param took    from when the request had come until its answer was ready
     */
    default void answered(Request request, @Nullable ErrorCode failure, Duration took) {}

    /** Bytes of chunks have come. */
    default void received(int bytes) {}

    /** Bytes of chunks are handed to the transport. */
    default void sent(int bytes) {}
}
