package io.chunkserver.transport.client;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.chunkserver.core.error.ChunkServerException;
import io.chunkserver.core.error.ErrorCode;
import io.chunkserver.core.error.Failure;
import io.chunkserver.transport.Connection;
import io.chunkserver.transport.Frame;
import io.chunkserver.transport.FrameReceiver;
import io.chunkserver.transport.FrameType;
import io.chunkserver.transport.ServerAddress;
import io.chunkserver.transport.protocol.ClientHello;
import io.chunkserver.transport.protocol.End;
import io.chunkserver.transport.protocol.Messages;
import io.chunkserver.transport.protocol.PeerRole;
import io.chunkserver.transport.protocol.Request;
import io.chunkserver.transport.protocol.Response;
import io.chunkserver.transport.protocol.ServerHello;
import io.chunkserver.transport.protocol.Software;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a server that this process opened: greets, then carries one exchange at a time.
 *
 * <p>Safe for many threads; no method blocks. No lock is held while a reply or the pool is called.
 */
final class PeerConnection implements FrameReceiver {

    private final Connection connection;
    private final ServerAddress address;
    private final ConnectionPool pool;
    private final CompletableFuture<ServerHello> hello = new CompletableFuture<>();

    @GuardedBy("this")
    private @Nullable Reply reply;

    @GuardedBy("this")
    private int requestId;

    @GuardedBy("this")
    private @Nullable Failure closed;

    private volatile boolean reused;

    PeerConnection(Connection connection, ServerAddress address, ConnectionPool pool) {
        this.connection = connection;
        this.address = address;
        this.pool = pool;
    }

    /** Says who opens the connection; the stage tells who answered. */
    CompletionStage<ServerHello> greet(PeerRole role) {
        connection.send(Messages.hello(ClientHello.of(role, Software.NAME)));
        return hello;
    }

    ServerAddress address() {
        return address;
    }

    /** Who is at the other end; only after the greeting. */
    ServerHello hello() {
        return hello.join();
    }

    /** Whether it was idle before: then it may have died unnoticed. */
    boolean isReused() {
        return reused;
    }

    void markReused() {
        reused = true;
    }

    /**
     * Sends a request.
     *
     * @return the number of the exchange, for the frames that follow
     */
    int begin(Request request, Reply newReply) {
        int id;
        Failure why;
        synchronized (this) {
            if (reply != null) {
                throw new IllegalStateException("an exchange with " + address + " is not over");
            }
            requestId++;
            id = requestId;
            why = closed;
            if (why == null) {
                reply = newReply;
            }
        }
        if (why == null) {
            connection.send(Messages.request(id, request));
        } else {
            newReply.broken(why);
        }
        return id;
    }

    CompletionStage<Void> send(Frame frame) {
        return connection.send(frame);
    }

    /** Whether frames are to come; for the exchange under way only. */
    void setReading(boolean reading) {
        connection.setReading(reading);
    }

    /** Closes the connection if the exchange of this reply is not over: without its end nothing else can be asked. */
    void abandon(Reply given) {
        boolean underWay;
        synchronized (this) {
            underWay = given.equals(reply);
        }
        if (underWay) {
            connection.close();
        }
    }

    void close() {
        connection.close();
    }

    @Override
    public void receive(Frame frame) {
        if (isAheadOfUs(frame)) {
            frame.release().run();
            fail(Failure.of(
                    ErrorCode.PROTOCOL_ERROR,
                    "answered request " + Integer.toUnsignedString(frame.requestId()) + " before it was sent"));
            return;
        }
        if (frame.type() == FrameType.DATA) {
            Reply open = replyTo(frame);
            if (open == null) {
                frame.release().run();
            } else {
                open.data(frame);
            }
            return;
        }
        try {
            control(frame);
        } catch (ChunkServerException e) {
            fail(e.failure());
        } finally {
            frame.release().run();
        }
    }

    private void control(Frame frame) throws ChunkServerException {
        switch (frame.type()) {
            case HELLO -> greeted(Messages.serverHello(frame));
            case RESPONSE -> {
                Response response = Messages.response(frame);
                Reply open = response instanceof Response.Content ? replyTo(frame) : endReply(frame);
                if (open != null) {
                    open.response(response);
                }
            }
            case END -> {
                End end = Messages.end(frame);
                Reply open = endReply(frame);
                if (open != null) {
                    open.end(end);
                }
            }
            case ERROR -> refused(frame);
            case DATA, REQUEST, CANCEL, PROOF ->
                throw Failure.of(ErrorCode.PROTOCOL_ERROR, "a server does not send " + frame.type() + " frames")
                        .toException();
        }
    }

    private void greeted(ServerHello told) throws ChunkServerException {
        if (!hello.complete(told)) {
            throw Failure.of(ErrorCode.PROTOCOL_ERROR, "a hello came twice").toException();
        }
    }

    private void refused(Frame frame) throws ChunkServerException {
        Failure why = Messages.error(frame);
        if (frame.requestId() == 0) {
            fail(why);
            return;
        }
        Reply open = endReply(frame);
        if (open != null) {
            open.refused(why);
        }
    }

    private synchronized boolean isAheadOfUs(Frame frame) {
        return Integer.compareUnsigned(frame.requestId(), requestId) > 0;
    }

    /** The reply that the frame belongs to; none for one of an earlier exchange, which the server sent before it could know. */
    private synchronized @Nullable Reply replyTo(Frame frame) {
        return frame.requestId() == requestId ? reply : null;
    }

    /** The reply that this frame ends. From now on the connection can carry the next exchange. */
    private @Nullable Reply endReply(Frame frame) {
        Reply ended;
        synchronized (this) {
            ended = replyTo(frame);
            if (ended != null) {
                reply = null;
            }
        }
        if (ended != null) {
            connection.setReading(true);
            pool.idle(this);
        }
        return ended;
    }

    /** The peer breaks the protocol, or has said that we do. */
    private void fail(Failure why) {
        end(why);
        connection.close();
    }

    @Override
    public void closed(@Nullable Throwable cause) {
        end(
                cause != null
                        ? ChunkServerException.from(cause).failure()
                        : hello.isDone()
                                ? Failure.of(ErrorCode.UNREACHABLE, "the connection was closed")
                                : NoAnswer.closed());
    }

    private void end(Failure cause) {
        Failure why = cause.withMessage("server at " + address + ": " + cause.message());
        Reply open;
        synchronized (this) {
            if (closed != null) {
                return;
            }
            closed = why;
            open = reply;
            reply = null;
        }
        pool.closed(this);
        hello.completeExceptionally(why.toException());
        if (open != null) {
            open.broken(why);
        }
    }
}
