package io.chunkserver.runner.status;

import io.chunkserver.transport.protocol.ServerStatus;

/** How a server's status is said: the same words over HTTP as on the command line. */
public interface StatusWords {

    /** For people, some lines without a line end. */
    String text(ServerStatus status);

    /** For programs, one JSON object on one line. */
    String json(ServerStatus status);
}
