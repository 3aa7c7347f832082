package io.chunkserver.transport.client;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.FrameFormat;
import java.time.Duration;

/** What is said of a server that has not answered a hello. */
final class NoAnswer {

    private NoAnswer() {}

    /** It took too long. */
    static Failure within(Duration bound, ServerAddress server) {
        return Failure.of(
                        ErrorCode.UNREACHABLE,
                        "server at " + server + " did not answer within " + bound.toMillis() + " ms")
                .withHint(FrameFormat.NO_GREETING_HINT);
    }

    /** The connection was closed, by whoever listens there. */
    static Failure closed() {
        return Failure.of(ErrorCode.UNREACHABLE, "the connection was closed without a greeting")
                .withHint(FrameFormat.NO_GREETING_HINT);
    }

    /** It was not asked any more. */
    static ChunkServerException ofClosedClient(ServerAddress server) {
        return Failure.of(ErrorCode.UNREACHABLE, "server at " + server + ": the client is closed")
                .toException();
    }

    /** Something else kept it from answering. A server that does not answer in time is not there, as far as anybody can tell. */
    static ChunkServerException because(ChunkServerException thrown, ServerAddress server) {
        Failure why = thrown.failure();
        Failure told = why.code() == ErrorCode.TIMEOUT
                ? Failure.of(ErrorCode.UNREACHABLE, why.message()).withHint(why.hint())
                : why;
        return (told.message().contains(server.toString())
                        ? told
                        : told.withMessage("server at " + server + ": " + told.message()))
                .toException(thrown);
    }
}
