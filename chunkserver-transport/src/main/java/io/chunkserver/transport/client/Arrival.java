package io.chunkserver.transport.client;

import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Response;

/** What comes of a chunk that was asked for, in its order. */
sealed interface Arrival {

    /** The server has the range; blocks follow. */
    record Begun(Response response) implements Arrival {}

    /** A block; valid until it is released by who takes it, or where a thread waits for arrivals, until it asks for the next. */
    record Block(Frame frame) implements Arrival {}

    /** All blocks have come. */
    record Done(End end) implements Arrival {}

    /** Nothing more comes. */
    record Failed(Failure why) implements Arrival {}
}
