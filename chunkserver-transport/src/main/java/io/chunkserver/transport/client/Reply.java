package io.chunkserver.transport.client;

import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Response;

/**
 * What comes back in one exchange. Called by one thread at a time; nothing blocks.
 *
 * <p>A response ends the exchange, unless it announces content, which blocks and an end follow.
 */
interface Reply {

    void response(Response response);

    /** Takes a block and, with it, the duty to release the frame. */
    void data(Frame frame);

    /** All blocks have come: the exchange is over. */
    void end(End end);

    /** The server answered with a failure: the exchange is over. */
    void refused(Failure why);

    /** The connection is closed; whether the server has heard all is unknown. */
    void broken(Failure why);
}
