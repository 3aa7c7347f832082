package io.chunkserver.transport.server;

import io.chunkserver.transport.protocol.Request;
import java.util.concurrent.Executor;

/** What is behind an endpoint: begins what its clients ask. Safe for many threads; nothing blocks. */
interface RequestHandler {

    /**
     * Begins what is asked.
     *
     * @param gate     of the connection from which blocks come
     * @param sequence of that connection
     */
    Exchange begin(Request request, Answer answer, ReadingGate gate, Executor sequence);
}
