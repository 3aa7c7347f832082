package io.chunkserver.transport.server;

import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.core.model.ServerId;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way back of one exchange. Safe for many threads; once the last frame was sent, all further ones are dropped.
 *
 * <p>Every failure that leaves names this server as the culprit, unless it names another.
 */
final class Answer {

    private static final Logger LOG = LoggerFactory.getLogger(Answer.class);

    private final Connection connection;
    private final int requestId;
    private final ServerId self;
    private final Ender ender;

    /** Sends the last frames and ends the exchange, if it is not over yet. */
    interface Ender {

        /**
         * @param gone    runs when the frames are no longer needed: they were sent, or dropped
         * @param failure what the frames say has failed; null for nothing
         */
        void end(Answer answer, List<Frame> last, Runnable gone, @Nullable ErrorCode failure);
    }

    Answer(Connection connection, int requestId, ServerId self, Ender ender) {
        this.connection = connection;
        this.requestId = requestId;
        this.self = self;
        this.ender = ender;
    }

    int requestId() {
        return requestId;
    }

    /** Sends a frame after which others follow. */
    CompletionStage<Void> send(Frame frame) {
        return connection.send(frame);
    }

    /** Sends frames that leave together, after which others follow. */
    CompletionStage<Void> send(List<Frame> frames) {
        return connection.send(frames);
    }

    /** Sends the last frame of what was asked and done. */
    void last(Frame frame) {
        last(List.of(frame), () -> {});
    }

    /**
     * Sends the last frames, which leave together.
     *
     * @param gone runs when they are no longer needed
     */
    void last(List<Frame> frames, Runnable gone) {
        ender.end(this, frames, gone, null);
    }

    /** Answers with the response, or with the failure of the stage. */
    void with(CompletionStage<? extends Response> stage) {
        stage.whenComplete((response, thrown) -> {
            if (thrown == null) {
                last(Messages.response(requestId, response));
            } else {
                failure(thrown);
            }
        });
    }

    /** The same; the client hears in time also when the stage does not end. */
    void with(CompletionStage<? extends Response> stage, Duration timeout, EndpointThreads threads) {
        Failure late =
                Failure.of(ErrorCode.TIMEOUT, "the request was not answered within " + timeout.toMillis() + " ms");
        Future<?> deadline = threads.schedule(() -> failure(late), timeout);
        stage.whenComplete((response, thrown) -> deadline.cancel(false));
        with(stage);
    }

    void failure(Throwable thrown) {
        ChunkServerException known = ChunkServerException.from(thrown);
        if (known.code() == ErrorCode.INTERNAL) {
            LOG.error("request {} of {} failed", requestId, connection.remote(), known);
        }
        failure(known.failure());
    }

    void failure(Failure why) {
        ender.end(this, List.of(Messages.error(requestId, why.at(self))), () -> {}, why.code());
    }
}
